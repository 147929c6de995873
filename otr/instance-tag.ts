import type { OtrEnv } from './engine.ts'
import { INSTANCE_TAG_MIN } from './limits.ts'

/** A fresh instance tag, ≥ 0x100 (OTRv3, "Instance Tags"). */
export function drawInstanceTag(random: OtrEnv['random']): number {
  for (;;) {
    const tag = new DataView(random(4).buffer).getUint32(0)
    if (tag >= INSTANCE_TAG_MIN) return tag
  }
}
