import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Accounts, EnrolmentCode } from './accounts.ts'
import type { ClientAddresses } from './client-address.ts'
import type { EdgeEnv } from './env.ts'
import { securityHeaders } from './headers.ts'
import { ENROLMENT_BODY_MAX, ENROLMENT_BURST, ENROLMENT_PER_S } from './limits.ts'
import type { Log } from './log.ts'
import type { Figure, Metrics } from './metrics.ts'
import type { Origins } from './origins.ts'
import { RateLimit } from './rate-limit.ts'
import type { StaticFiles } from './static-files.ts'

export interface HttpOptions {
  /** What the app learns from `/config.json`. */
  readonly config: EdgeConfig
  readonly files: StaticFiles
  readonly accounts: Accounts
  readonly origins: Origins
  readonly addresses: ClientAddresses
  readonly metrics: Metrics
  readonly figures: () => readonly Figure[]
  readonly secure: boolean
  readonly env: Pick<EdgeEnv, 'now'>
  readonly log: Log
}

/** The contents of `/config.json`. */
export interface EdgeConfig {
  readonly domain: string
  /** Whether `POST /accounts` makes accounts. */
  readonly enrolment: boolean
  readonly version: string
  /** Domains that `/tunnel/...` leads to. */
  readonly providers: readonly string[]
}

/** Answers everything over HTTP that is not a WebSocket. */
export function httpRoutes(options: HttpOptions): RequestListener {
  const { accounts, files, log, metrics, origins } = options
  const common = Object.entries(securityHeaders(options.secure))
  const enrolments = new RateLimit(ENROLMENT_BURST, ENROLMENT_PER_S, options.env)

  return (request, response) => {
    for (const [name, value] of common) response.setHeader(name, value)
    response.on('finish', () => {
      metrics.count('http_responses_total', ['status', response.statusCode])
    })
    void route(request, response).catch((error: unknown) => {
      log({ event: 'http/failed', error: error instanceof Error ? error.name : 'unknown' })
      if (response.headersSent) response.destroy()
      else text(response, 500, 'The server could not do this.')
    })
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split(/[?#]/, 1)[0]!
    const { host } = request.headers
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (path === '/healthz' && reads) return text(response, 200, 'ok')
    if (path === '/metrics' && reads) {
      return text(response, 200, metrics.write(options.figures()), PROMETHEUS)
    }
    if (!origins.allowsHost(host)) return text(response, 421, unknownHost(host))
    if (path === '/accounts') return enrol(request, response)
    if (!reads) return text(response, 405, 'Only GET and HEAD.', PLAIN, { Allow: 'GET, HEAD' })
    if (path === '/config.json') return json(response, 200, options.config)
    if (!files.serve(request, response, path)) text(response, 404, 'There is nothing here.')
  }

  async function enrol(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers } = request
    if (request.method !== 'POST')
      return text(response, 405, 'Only POST.', PLAIN, { Allow: 'POST' })
    const site = headers['sec-fetch-site']
    const foreign = site !== undefined && site !== 'same-origin' && site !== 'none'
    if (foreign || !origins.allowsOrigin(headers.origin, headers.host)) {
      return refuse(response, 403, 'ORIGIN', 'Accounts are made from this server’s own page only.')
    }
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
      return refuse(response, 415, 'BODY_TYPE', 'Send application/json.')
    }
    const body = await readBody(request, ENROLMENT_BODY_MAX)
    if (body === null) {
      response.setHeader('Connection', 'close') // The rest of it is not going to be read.
      return refuse(response, 413, 'BODY_LARGE', `Send at most ${ENROLMENT_BODY_MAX} bytes.`)
    }
    const wanted = readEnrolment(body)
    if (wanted === null) {
      return refuse(response, 400, 'BODY_INVALID', 'Send {"name": "…", "password": "…"}.')
    }
    if (!enrolments.take(options.addresses.of(request))) {
      response.setHeader('Retry-After', String(Math.ceil(1 / ENROLMENT_PER_S)))
      return refuse(response, 429, 'TOO_MANY', 'Too many new accounts. Please wait a minute.')
    }
    const result = await accounts.enrol(wanted.name, wanted.password)
    if (!result.ok) return refuse(response, STATUS[result.code], result.code, result.sentence)
    log({ event: 'accounts/enrolled', user: wanted.name })
    json(response, 201, { address: result.address })
  }
}

const PLAIN = 'text/plain; charset=utf-8'
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'

const STATUS: Record<EnrolmentCode, number> = {
  NAME_INVALID: 400,
  NAME_RESERVED: 400,
  NAME_TAKEN: 409,
  PASSWORD_SHORT: 400,
  PASSWORD_LONG: 400,
  ACCOUNTS_FULL: 503,
}

function unknownHost(host: string | undefined): string {
  const name = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? host : 'that name'
  return (
    `This server does not know itself as ${name}. ` +
    'If it should, start it with --origin and the address in your browser.'
  )
}

/** @returns `null` if it is longer than `max` bytes */
async function readBody(request: IncomingMessage, max: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > max) return null
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > max) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function readEnrolment(body: Buffer): { name: string; password: string } | null {
  try {
    const value: unknown = JSON.parse(body.toString())
    if (typeof value !== 'object' || value === null) return null
    const { name, password } = value as Record<string, unknown>
    return typeof name === 'string' && typeof password === 'string' ? { name, password } : null
  } catch {
    return null
  }
}

function refuse(response: ServerResponse, status: number, code: string, sentence: string): void {
  json(response, status, { code, sentence })
}

function json(response: ServerResponse, status: number, value: unknown): void {
  text(response, status, JSON.stringify(value), 'application/json')
}

function text(
  response: ServerResponse,
  status: number,
  body: string,
  type = PLAIN,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.writeHead(status, headers).end(response.req.method === 'HEAD' ? undefined : body)
}
