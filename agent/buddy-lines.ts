/** What the practice buddy says. Plain sentences; one idea each. */

/** The secret that the buddy answers with unless it was told a code. */
export const SECRET = 'blue heron'

/** The question the buddy asks, and the answer it takes. */
export const QUESTION = 'What do we call this practice secret? (Two words, lower case.)'

export const GREETING = `Hello! I am a program, here to practise with. I repeat what you write.
To verify me, open the Encryption menu, choose Verify, then Shared secret, and type: ${SECRET}
Write "help" to see what else I do.`

export const HELP = `I repeat what you write, and I do these on request:
secret – tells the secret that I answer a verification with
code 123456 – I answer your next verification with that code instead
ask me – I start a verification; answer it with the secret
question – I ask you a question; its answer is the secret too
type – I look busy typing for a while
end – I end our encryption, so you see what that looks like
new key – I change my key, as if someone else had taken my place
bye – I leave; write to me and I am back
Send me a file of 1 MB at most, and I say what I got`

/** What the buddy got, so that both can compare. */
export function gotFile(name: string, size: number, sha1: string): string {
  return `I got ${name}: ${size} bytes, SHA-1 ${sha1}. I keep nothing of it.`
}

export const FILE_TOO_LARGE = 'I take files of 1 MB at most, and keep nothing of them.'

export const TELL_SECRET = `My secret is: ${SECRET}`
export const CODE_TAKEN = 'Good. I will answer your next verification with that code.'
export const ASKING = `I have asked. Answer with: ${SECRET}`
export const ENDING =
  'I end our encryption now. You will see that nothing is sent until you choose.'
export const RENEWING = 'I change my key now. Watch what your window says about it.'
export const LEAVING = 'Goodbye. Write to me and I am back.'
export const NOT_PRIVATE =
  'We are not encrypted, so there is nobody to verify yet. Turn it on first.'

export const MATCHED = 'Our answers match: that is what verified looks like.'
export const DIFFERED = `Our answers did not match. I used: ${SECRET}
If you made a one-time code, start again and then write the code here. With a real person you would
say it on the phone, never in the chat.`
export const WAITING =
  'If you made a code, write it here now. If you used my secret, I answer with it in a moment.'
