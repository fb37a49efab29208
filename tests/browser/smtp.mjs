// As much SMTP as a company's mail program needs to answer.
import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'

/** Hands a mail in and returns the server's last answer: of the last dot, or of the step it refused. */
export async function handMail(port, from, to, mail) {
  const socket = createConnection({ host: '127.0.0.1', port })
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error('the mail server hung up')
      if (value[3] !== '-') return value
    }
  }
  const body = `${mail.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..')}\r\n.\r\n`
  let last = await answer()
  for (const line of ['EHLO company.test\r\n', `MAIL FROM:<${from}>\r\n`, `RCPT TO:<${to}>\r\n`, 'DATA\r\n', body]) {
    if (!/^[23]/.test(last)) break
    socket.write(line)
    last = await answer()
  }
  socket.end('QUIT\r\n')
  return last
}
