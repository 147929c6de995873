/**
 * The shipped configuration with one passage replaced.
 *
 * @throws Error if it has no such passage
 */
function replaced(configuration: string, shipped: string, ours: string): string {
  if (!configuration.includes(shipped)) throw new Error(`kamailio.cfg has no ${shipped}`)
  return configuration.replace(shipped, () => ours)
}

/** Makes Kamailio ask for the password of what an app sends within a call, too. */
export function challengesWithinCalls(configuration: string): string {
  const start = 'route[WITHIN_DIALOG] {\n'
  return replaced(
    configuration,
    start,
    `${start}
      if (!is_method("ACK|CANCEL") && $proto =~ "^wss?$") {
        if (!proxy_authenticate("SIP_DOMAIN", "subscriber")) {
          proxy_challenge("SIP_DOMAIN", "1");
          exit;
        }
        consume_credentials();
      }
    `,
  )
}

/**
 * Makes Kamailio serve phones on UDP beside the apps, as SIP providers do. Such a phone has no
 * connection that could be known as registered: whom it calls for is asked of its INVITE alone.
 */
export function servesUdp(port: number): (configuration: string) => string {
  const listen = 'listen=LISTEN_PUBLIC\n'
  const unknown = 'if ($sht(online=>$conid) == $null) {'
  const changes: readonly (readonly [shipped: string, ours: string])[] = [
    [listen, `${listen}listen=udp:127.0.0.1:${port}\n`],
    [unknown, unknown.replace('(', '($proto != "udp" && ')],
  ]
  return (configuration) =>
    changes.reduce((changed, [shipped, ours]) => replaced(changed, shipped, ours), configuration)
}
