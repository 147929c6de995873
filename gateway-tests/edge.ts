import * as product from '../edge/index.ts'
import { LastLines, logOnFailure } from './failure-log.ts'

/** Bytes of a frame that are kept: it may carry a piece of a file. */
const FRAME_MAX = 2_000

/** Starts an edge as the product does; a failing test prints what it logged and relayed. */
export async function startEdge(options: product.EdgeOptions): Promise<product.Edge> {
  const seen = new LastLines()
  const edge = await product.startEdge({
    ...options,
    log(entry) {
      seen.add(JSON.stringify(entry))
      options.log?.(entry)
    },
    tap(frame) {
      seen.add(Buffer.from(frame.subarray(0, FRAME_MAX)).toString())
      options.tap?.(frame)
    },
  })
  const ended = logOnFailure(`edge ${edge.url}`, () => `${seen}`)
  return {
    ...edge,
    async close() {
      await edge.close()
      ended()
    },
  }
}
