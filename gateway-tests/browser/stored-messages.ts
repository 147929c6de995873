/**
 * Runs in the page, while nobody is signed in: `message 0` and so on, said by both in turns, ten minutes
 * apart up to now, are all that is kept of the conversation between `alice` and `bob`.
 *
 * @param own - the SIP address of `alice`
 */
export async function fillStore({ own, count }: { own: string; count: number }): Promise<void> {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(`sotto:${own}`)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const transaction = db.transaction('messages', 'readwrite')
  const messages = transaction.objectStore('messages')
  messages.clear()
  const peer = own.replace('alice', 'bob')
  const plain = { peer, nickname: null, contentType: 'text/plain', protection: 'none' }
  const settled = { reason: null, resent: false }
  const paragraph = 'that takes more lines the less space there is, '.repeat(6)
  for (let n = 0; n < count; n++) {
    const isOwn = n % 3 === 0
    const more = n % 7 === 0 ? '\nwith\nmore\nlines' : n % 5 === 1 ? `\n${paragraph}` : ''
    const text = `message ${n}${more}`
    const author = isOwn ? 'us' : 'peer'
    const delivery = isOwn ? 'delivered' : null
    const at = Date.now() - (count - n) * 600_000
    messages.add({ ...plain, ...settled, id: `seed-${n}-of-many`, author, text, delivery, at })
  }
  await new Promise((resolve) => {
    transaction.oncomplete = resolve
  })
  db.close()
}
