import type { TypedAccount } from '../intents.ts'

/** What stands in the fields of the sign-in form; an empty server is none. */
export function readForm(form: HTMLFormElement): TypedAccount {
  const data = new FormData(form)
  const value = (field: string) => String(data.get(field) ?? '')
  const server = value('server').trim()
  return {
    address: value('username').trim(),
    password: value('password'),
    server: server === '' ? null : server,
  }
}
