import * as product from '../edge/index.ts'
import * as start from '../serve.ts'
import { LastLines, logOnFailure } from './failure-log.ts'

/** Bytes of a frame that are kept: it may carry a piece of a file. */
const FRAME_MAX = 2_000

/** Starts an edge as the product does; a failing test prints what it logged and relayed. */
export async function startEdge(options: product.EdgeOptions): Promise<product.Edge> {
  const seen = new LastLines()
  const edge = await product.startEdge(watched(options, seen))
  const ended = logOnFailure(`edge ${edge.url}`, () => `${seen}`)
  return { ...edge, close: () => edge.close().finally(ended) }
}

/** The same with the practice buddy, as `npm start` serves it. */
export async function serve(options: product.EdgeOptions): Promise<start.Served> {
  const seen = new LastLines()
  const { edge, stop } = await start.serve(watched(options, seen))
  const ended = logOnFailure(`edge ${edge.url}`, () => `${seen}`)
  return { edge, stop: () => stop().finally(ended) }
}

function watched(options: product.EdgeOptions, seen: LastLines): product.EdgeOptions {
  return {
    ...options,
    log(entry) {
      seen.add(JSON.stringify(entry))
      options.log?.(entry)
    },
    tap(frame) {
      seen.add(Buffer.from(frame.subarray(0, FRAME_MAX)).toString())
      options.tap?.(frame)
    },
  }
}
