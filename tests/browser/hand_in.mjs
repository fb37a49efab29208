// Files of an answer: what is taken, what is refused, and that they come back as they were.
import { readFileSync } from 'node:fs'
import { check, equal } from './harness.mjs'
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n')
const MAIL = Buffer.from(['From: Privacy Team <privacy@example-data.example>', 'To: bela@example.org', 'Subject: Your request', 'Date: Mon, 23 Nov 2026 10:00:00 +0100',
  'Message-ID: <saved@example-data.example>', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', '', 'Which account do you mean? <script>alert(1)</script>', ''].join('\r\n'))
const files = {
  pdf: { name: '../Antwort für Bela.pdf', mimeType: 'application/pdf', buffer: PDF },
  mail: { name: 'answer.eml', mimeType: 'message/rfc822', buffer: MAIL },
  page: { name: 'answer.html', mimeType: 'text/html', buffer: Buffer.from('<!doctype html><script>alert(1)</script>') },
  disguised: { name: 'answer.pdf', mimeType: 'application/pdf', buffer: Buffer.from('MZ this is a program') },
  large: { name: 'large.pdf', mimeType: 'application/pdf', buffer: Buffer.concat([PDF, Buffer.alloc(11 * 1024 * 1024, 32)]) },
}

export async function handIn(me) {
  const page = `${me.home}/answer`
  const choose = (...names) => me.page.setInputFiles('[name="files"]', names.map((name) => files[name]))
  await me.go(page)
  await me.says('a mail can be forwarded instead', /forward the mail to case-[a-z0-9]{26}@/)
  await me.send()
  await me.names('neither text nor file', 'text')
  for (const [wrong, words] of [['page', 'Each file must be'], ['disguised', 'Each file must be'], ['large', '10 MB together']]) {
    await me.go(page)
    await me.fillDay('received', me.today)
    await me.put({ text: 'What I typed stays.' })
    await choose(wrong)
    await me.send()
    await me.names(`a file that is refused: ${wrong}`, 'files')
    await me.says(`the message says why: ${wrong}`, words)
    equal(`what was typed beside it stays: ${wrong}`, await me.page.locator('[name="text"]').inputValue(), 'What I typed stays.')
  }
  await me.go(page)
  await me.fillDay('received', me.today)
  await choose('pdf', 'mail')
  await me.send()
  check('the answer is taken', me.at().startsWith(`${me.home}/reply/`), me.at())
  await me.says('the saved mail is read', 'Which account do you mean? <script>alert(1)</script>', '.well')
  await me.says('handed in, not proven', 'You handed this in. Who wrote it is not proven.')
  await me.lookHere('with files')
  equal('both files are there', await me.count('main a[href*="/file/"]'), 2)
  for (const { name, buffer } of [files.pdf, files.mail]) {
    const link = `main a[href*="/file/"]:has-text("${name.slice(-4)}")`
    const href = await me.page.locator(link).first().getAttribute('href')
    const answer = await me.request.get(new URL(href, me.base).href)
    const { 'content-disposition': way, 'content-type': type } = answer.headers()
    check(`${name} is never shown in the browser`, answer.status() === 200 && way.startsWith('attachment') && type === 'application/octet-stream', `${answer.status()} ${way} ${type}`)
    const saved = await me.download(link)
    check(`${name} comes back as it was`, readFileSync(saved.path).equals(buffer), saved.name)
    check(`${name} gets a plain name`, /^\w[\w.-]+$/.test(saved.name) && saved.name.endsWith(name.slice(-4)), saved.name)
    await me.answers(`${name} belongs to its answer alone`, href.replace(/reply\/[^/]+/, 'reply/00000000-0000-4000-8000-000000000000'), 404)
  }
  await me.page.selectOption('[name="kind"]', 'clarification_demand')
  await me.send()
}
