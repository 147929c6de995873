/** Well-formed and to nobody's key (OTRv2, "Data Message"). */
export function unreadable(): string {
  const parts = ['000203', '00', '00000001', '00000001', '00000001', '02', '0000000000000001']
  const rest = ['00000004', '61626364', '00'.repeat(20), '00000000']
  return `?OTR:${Buffer.from([...parts, ...rest].join(''), 'hex').toString('base64')}.`
}
