// Installs the Debian packages that the tests run against. Does nothing, and asks no network, when
// they are all there. Fails with the names of what is missing where it cannot install.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Package, the file that shows it is there, and what the tests use it for. */
const PACKAGES = [
  ['chromium', '/usr/bin/chromium', 'the browser that the window is tested in'],
  ['firefox-esr', '/usr/bin/firefox-esr', 'another browser, of another maker'],
  ['fonts-dejavu-core', '/usr/share/fonts/truetype/dejavu', 'text in screenshots'],
  ['fonts-noto-color-emoji', '/usr/share/fonts/truetype/noto', 'emoji in screenshots'],
  ['kamailio', '/usr/sbin/kamailio', 'a SIP registrar and MSRP relay that we did not write'],
  ['kamailio-websocket-modules', ...kamailio('websocket'), 'SIP and MSRP over WebSocket'],
  ['kamailio-tls-modules', ...kamailio('tls'), 'SIP and MSRP over TLS'],
  ['kamailio-extra-modules', ...kamailio('uuid'), 'tokens of its MSRP relay'],
  ['kamailio-sqlite-modules', ...kamailio('db_sqlite'), 'its accounts'],
  ['sip-tester', '/usr/bin/sipp', 'SIPp: phones that do what a scenario says'],
  ['libotr5', ...library('libotr.so.5'), 'the reference implementation of OTR'],
  ['libotr5-bin', '/usr/bin/otr_parse', 'the toolkit that ours is compared with'],
  ['golang-go', '/usr/bin/go', 'the compiler for the program around otr3'],
  ['golang-github-twstrike-otr3-dev', goCode('twstrike/otr3'), 'OTR by others: otr3, in Go'],
  [
    'python3-potr',
    '/usr/lib/python3/dist-packages/potr/context.py',
    'OTR by others: potr, in Python',
  ],
  ['prosody', '/usr/bin/prosody', 'an XMPP server'],
  ['ejabberd', '/usr/sbin/ejabberdctl', 'another XMPP server'],
  ['profanity', '/usr/bin/profanity', 'an XMPP client with OTR'],
  ['mcabber', '/usr/bin/mcabber', 'an XMPP client with OTR'],
  ['tmux', '/usr/bin/tmux', 'the terminal of both'],
  ['bitlbee', '/usr/sbin/bitlbee', 'an XMPP client that speaks IRC'],
  ['bitlbee-plugin-otr', '/usr/lib/bitlbee/otr.so', 'its OTR'],
  ['pidgin', '/usr/bin/pidgin', 'an XMPP client with windows'],
  ['pidgin-otr', '/usr/lib/pidgin/pidgin-otr.so', 'its OTR'],
  ['xvfb', '/usr/bin/Xvfb', 'its screen'],
  ['dbus', '/usr/bin/dbus-run-session', 'its bus'],
  ['python3-dbus', '/usr/lib/python3/dist-packages/dbus', 'talking to it'],
  ['python3-gi', '/usr/lib/python3/dist-packages/gi', 'the same'],
  ['at-spi2-core', '/usr/libexec/at-spi2-registryd', 'its menus and dialogs'],
  ['libatk-adaptor', ...library('gtk-2.0/modules/libatk-bridge.so'), 'the same'],
  ['gir1.2-atspi-2.0', ...library('girepository-1.0/Atspi-2.0.typelib'), 'the same'],
  ['nginx', '/usr/sbin/nginx', 'the reverse proxy of the operating guide'],
  ['openssl', '/usr/bin/openssl', 'certificates for TLS tests'],
  ['sqlite3', '/usr/bin/sqlite3', 'writing the accounts of Kamailio'],
]

const missing = PACKAGES.filter(([, ...rest]) => !rest.slice(0, -1).some(existsSync))
if (missing.length > 0) install(missing)

function kamailio(module) {
  return folders().map((folder) => `${folder}/kamailio/modules/${module}.so`)
}

function library(name) {
  return folders().map((folder) => `${folder}/${name}`)
}

function goCode(name) {
  return `/usr/share/gocode/src/github.com/${name}`
}

function folders() {
  return ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib']
}

function install(packages) {
  const names = packages.map(([name]) => name)
  process.stdout.write(`Installing from Debian: ${names.join(', ')}\n`)
  const apt = ['-o', 'DPkg::Lock::Timeout=600', '-qq']
  const done =
    existsSync('/usr/bin/apt-get') &&
    run([...apt, 'update']) &&
    run([...apt, 'install', '-y', '--no-install-recommends', ...names])
  if (done) return
  process.stderr.write(
    '\nThe tests need these packages of Debian, and they could not be installed:\n',
  )
  for (const [name, ...rest] of packages) process.stderr.write(`  ${name}: ${rest.at(-1)}\n`)
  process.stderr.write(`Install them with: apt-get install ${names.join(' ')}\n`)
  process.exit(1)
}

function run(args) {
  const root = process.getuid?.() === 0
  const [command, ...before] = root ? ['apt-get'] : ['sudo', '-n', 'apt-get']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, [...before, ...args], { env, stdio: 'inherit' }).status === 0
}
