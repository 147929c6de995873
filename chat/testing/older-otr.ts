import type { OtrEngine } from '../../otr/index.ts'

/** An engine that speaks version 2 alone, as profanity does. */
export function onlyVersion2(engine: OtrEngine): OtrEngine {
  return {
    identity: (account) => engine.identity(account),
    renewIdentity: (account) => engine.renewIdentity(account),
    open: (session, setup) =>
      engine.open(session, { ...setup, policy: { ...setup.policy, allowV3: false } }),
    run: (session, command) =>
      engine.run(
        session,
        command.op === 'policy'
          ? { op: 'policy', policy: { ...command.policy, allowV3: false } }
          : command,
      ),
    close: (session) => engine.close(session),
    dispose: () => engine.dispose(),
  }
}
