import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CommandError, LINE_MAX, parseCommand } from './commands.ts'

describe('parseCommand', () => {
  test.each([
    ['{"do":"open","peer":"sip:bob@h"}', { do: 'open', peer: 'sip:bob@h' }],
    ['{"do":"send","peer":"bob","text":"hi"}', { do: 'send', peer: 'bob', text: 'hi' }],
    ['{"do":"otr","peer":"bob","set":"stop"}', { do: 'otr', peer: 'bob', set: 'stop' }],
    [
      '{"do":"contact","peer":"bob","alwaysOtr":true}',
      { do: 'contact', peer: 'bob', alwaysOtr: true },
    ],
    [
      '{"do":"verify","peer":"bob","secret":"s"}',
      { do: 'verify', peer: 'bob', secret: 's', question: null },
    ],
    [
      '{"do":"verify","peer":"bob","secret":"s","question":"q?"}',
      { do: 'verify', peer: 'bob', secret: 's', question: 'q?' },
    ],
    [
      '{"do":"trust","peer":"bob","fingerprint":"AABB CCDD"}',
      { do: 'trust', peer: 'bob', fingerprint: 'aabbccdd' },
    ],
    [
      '{"do":"file-send","peer":"bob","path":"/tmp/a.png"}',
      { do: 'file-send', peer: 'bob', path: '/tmp/a.png', contentType: 'application/octet-stream' },
    ],
    [
      '{"do":"file-send","peer":"bob","path":"a","contentType":"image/png"}',
      { do: 'file-send', peer: 'bob', path: 'a', contentType: 'image/png' },
    ],
    ['{"do":"file-accept","peer":"bob","id":"x1"}', { do: 'file-accept', peer: 'bob', id: 'x1' }],
    ['{"do":"nickname","peer":"tea"}', { do: 'nickname', peer: 'tea', nickname: '' }],
    [
      '{"do":"private","peer":"tea","member":"bob","text":"psst"}',
      { do: 'private', peer: 'tea', member: 'bob', text: 'psst' },
    ],
    ['{"do":"invite","peer":"tea","who":"bob"}', { do: 'invite', peer: 'tea', who: 'bob' }],
    ['{"do":"displayed","peer":"bob","id":"1"}', { do: 'displayed', peer: 'bob', id: '1' }],
    ['{"do":"receipts","on":false}', { do: 'receipts', on: false }],
    ['{"do":"resend","peer":"bob","gap":"g"}', { do: 'resend', peer: 'bob', gap: 'g', text: null }],
    [
      '{"do":"history","peer":"bob","keep":"session"}',
      { do: 'history', peer: 'bob', keep: 'session' },
    ],
    ['{"do":"mute","peer":"bob","on":true}', { do: 'mute', peer: 'bob', on: true }],
    ['{"do":"earlier","peer":"bob"}', { do: 'earlier', peer: 'bob' }],
    ['{"do":"search","text":"tea"}', { do: 'search', text: 'tea', in: null }],
    ['{"do":"search","text":"tea","peer":"bob"}', { do: 'search', text: 'tea', in: 'bob' }],
    ['{"do":"quit"}', { do: 'quit' }],
  ])('%s', (line, command) => {
    expect(parseCommand(line)).toEqual(command)
  })

  test.each([
    ['', 'AGENT_NOT_JSON'],
    ['[]', 'AGENT_NOT_JSON'],
    ['null', 'AGENT_NOT_JSON'],
    ['{"do":"dance"}', 'AGENT_UNKNOWN_COMMAND'],
    ['{"do":"__proto__"}', 'AGENT_UNKNOWN_COMMAND'],
    ['{"do":"open"}', 'AGENT_BAD_FIELD'],
    ['{"do":"open","peer":7}', 'AGENT_BAD_FIELD'],
    ['{"do":"send","peer":"bob","text":""}', 'AGENT_BAD_FIELD'],
    ['{"do":"otr","peer":"bob","set":"maybe"}', 'AGENT_BAD_FIELD'],
    ['{"do":"contact","peer":"bob","alwaysOtr":"yes"}', 'AGENT_BAD_FIELD'],
    [`"${'x'.repeat(LINE_MAX)}"`, 'AGENT_TOO_LONG'],
  ])('refuses %.40s', (line, code) => {
    expect(() => parseCommand(line)).toThrow(expect.objectContaining({ code }))
  })

  test('any line gives a command or a coded error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        try {
          parseCommand(line)
        } catch (error) {
          expect(error).toBeInstanceOf(CommandError)
        }
      }),
    )
  })
})
