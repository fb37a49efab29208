// `demur serve` with a real Postfix in front of it and behind it; tests/postfix starts it: node postfix.mjs http://127.0.0.1:8480 [folder for pictures]
import { readFileSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { Looker, check, equal, finish, launch } from './harness.mjs'
import { exportAndVerify } from './bundle.mjs'
import { confirm, fileObjection } from './form.mjs'
import { mailbox, waitForMail, words } from './maildir.mjs'
import { person } from './person.mjs'
import { demur, refused, start, stop, stopAll } from './programs.mjs'
import { approveComplaint, mustGoAnotherWay, openReply, readAs, readMail, sendByPost, sendMail } from './sending.mjs'
import { handMail } from './smtp.mjs'
const base = new URL(process.argv[2]).origin
const { DEMUR_CONFIG, DEMUR_LOG, MAIL, MAIL_LOG, SMTP_PORT } = process.env
const browser = await launch()
const looker = new Looker(browser, base, process.argv[3])
const people = {}
const programs = {}
const SERVING = 'listens on'
const mailLog = () => readFileSync(MAIL_LOG, 'utf8')

async function someone(first, company) {
  const me = await person(browser, base, looker)
  const email = `${first.toLowerCase()}@person.test`
  people[first] = Object.assign(me, { email })
  await fileObjection(me, { search: `Company ${company}`, company, name: `${first} Möller`, email })
  const mail = await waitForMail(MAIL, email, /^Confirm your letter/)
  equal(`${first}: who writes`, mail.headers.from, 'Demur <no-reply@cases.test>')
  equal(`${first}: to whom`, mail.headers.to, email)
  equal(`${first}: a machine wrote it`, mail.headers['auto-submitted'], 'auto-generated')
  check(`${first}: the mail says nothing of the matter`, !/Company|Möller|Romane/.test(mail.text), mail.text)
  await confirm(me, mail.text.match(/http:\S+\/confirm\/\S+/)?.[0])
  return me
}

/** What `serve` does not start without. */
async function settings() {
  const whole = readFileSync(DEMUR_CONFIG, 'utf8')
  for (const key of ['operator.name', 'operator.contact', 'operator.notice', 'site.base_url', 'mail.relay', 'mail.from']) {
    writeFileSync(`${DEMUR_CONFIG}.cut`, whole.replace(new RegExp(`^${key.split('.')[1]} = .*$`, 'm'), ''))
    refused(`serve without ${key}`, demur(['serve'], `${DEMUR_CONFIG}.cut`), `\`${key}\``)
  }
}

async function begin() {
  programs.serve = await start(['serve', '--no-jobs'], SERVING)
  programs.worker = await start(['worker'], 'at work')
  refused('a second serve', demur(['serve']), 'another `demur serve`')
  refused('a second worker', demur(['worker']), 'another worker')
  const status = (host, path) => new Promise((done, failed) => { ask(`${base}${path}`, { headers: { host } }, (answer) => { answer.resume(); done(answer.statusCode) }).on('error', failed).end() })
  for (const host of ['evil.example', 'localhost:8480', '127.0.0.1']) equal(`asked as ${host}`, await status(host, '/'), 421)
  equal('asked by its name', await status(new URL(base).host, '/'), 200)
  for (const path of ['/healthz', '/readyz']) equal(`${path} answers under any name`, await status('10.0.0.1', path), 200)
  for (const path of ['/demo', '/demo/clock']) equal(`no ${path} outside the demo`, await status(new URL(base).host, path), 404)
}

async function taken() {
  const me = await someone('Anna', 'takes')
  const shown = await readMail(me, 'Anna', 'privacy@company.test')
  await stop('the worker', programs.worker)
  check('the letter is under way while no worker runs', await sendMail(me, 'Anna'))
  await me.says('the case says so', 'Your letter is being sent.', '.next-step')
  equal('nothing to press', await me.count('.next-step a.button'), 0)
  await me.lookHere('being sent')
  equal('nothing has left', mailbox(MAIL, 'privacy@company.test').length, 0)
  programs.worker = await start(['worker'], 'at work')
  await me.waitFor('taken by the mail server', /took it for delivery: [^]*250 2\.0\.0 Ok: queued as \w+/)
  await me.says('the clock runs', 'Waiting for a reply', '.tag')
  const number = (await me.text('.timeline')).match(/queued as (\w+)/)[1]
  const mail = await waitForMail(MAIL, 'privacy@company.test', /./)
  check('that number is in the log of Postfix', new RegExp(`${number}: to=<privacy@company\\.test>.*status=sent`).test(mailLog()), number)
  await arrived(me, shown, mail)
  const notice = await waitForMail(MAIL, me.email, /^Your letter has gone out/)
  check('the notice leads to the case', notice.text.includes(`${base}${me.home}`), notice.text)
}

/** The letter as the company has it. */
async function arrived(me, shown, mail) {
  const { headers, parts } = mail
  equal('one letter', mailbox(MAIL, 'privacy@company.test').length, 1)
  equal('From is the person at the address of the case', words(headers.from).replaceAll('"', ''), `Anna Möller <${shown.address}>`)
  equal('bounces go to the case', headers['return-path'], `<${shown.address}>`)
  equal('To is the mailbox of the directory', headers.to, 'privacy@company.test')
  check('a subject in words', /Widerspruch/.test(words(headers.subject)), headers.subject)
  check('a Message-ID', /^<[^<>\s@]+@[^<>\s@]+>$/.test(headers['message-id']), headers['message-id'])
  check('a date', Math.abs(Date.now() - Date.parse(headers.date)) < 600000, headers.date)
  equal('no machine is said to have written it', headers['auto-submitted'], undefined)
  equal('text and file', parts.length, 2)
  const [text, html] = parts[0].parts
  check('who sends it for whom stands on top', text.text.startsWith(shown.line), text.text.slice(0, 300))
  check('the letter as text', text.text.includes('Ich übersetze Romane.'), text.text)
  check('the same as HTML', html?.headers['content-type'].startsWith('text/html') && html.text.includes('Ich übersetze Romane.'), html?.text)
  check('the subject bears the reference', /\[DM-[0-9A-Z-]+\]$/.test(words(headers.subject)), words(headers.subject))
  equal('the file is a PDF', parts[1].headers['content-type'].split(';')[0], 'application/pdf')
  const pdf = await me.bytes(await me.page.locator('main a[href$=".pdf"]').first().getAttribute('href'))
  check('the PDF is that of the case', parts[1].bytes.equals(pdf), `${parts[1].bytes.length} ${pdf.length}`)
  Object.assign(me, { address: shown.address, messageId: headers['message-id'] })
}

async function answered() {
  const me = people.Anna
  const answer = (subject, text, more = '') => `From: Privacy Team <privacy@company.test>\nTo: <${me.address}>\nSubject: ${subject}\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\n`
    + `Message-ID: <${subject.length}@company.test>\nIn-Reply-To: ${me.messageId}\n${more}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n${text}\n`
  const stranger = await handMail(SMTP_PORT, 'a@company.test', 'case-nobody@cases.test', answer('No case', 'x'))
  check('an address that no case can have is refused at the door', stranger.startsWith('550'), stranger)
  const refusal = await handMail(SMTP_PORT, 'privacy@company.test', me.address, answer('Re: Widerspruch', 'We refuse.\n\n.\nOur interests prevail. <b>No</b>'))
  check('Postfix takes the answer', refusal.startsWith('250'), refusal)
  await openReply(me, 'the answer')
  await me.says('their words as they came', /We refuse\.\s+\.\s+Our interests prevail\. <b>No<\/b>/, '.well')
  await me.says('who it says it is from', 'privacy@company.test', 'dl.pairs')
  equal('nobody suspects a machine', await me.count('p.warning'), 0)
  const notice = await waitForMail(MAIL, me.email, /^A mail came to your case/)
  check('the notice does not quote the answer', !/prevail|refuse/.test(notice.text), notice.text)
  await readAs(me, 'refused')
  await approveComplaint(me, 'Anna')
  await exportAndVerify(me, 7)
}

/** A mailbox that the mail server refuses at once. */
async function refusedAtTheDoor() {
  const me = await someone('Bela', 'refuses')
  await readMail(me, 'Bela', 'nobody@refused.test')
  await sendMail(me, 'Bela')
  await me.waitFor('refused', /It was not delivered: [^]*5\.1\.1[^]*No such mailbox/)
  await mustGoAnotherWay(me, 'Bela')
  await me.lookHere('refused')
  await waitForMail(MAIL, me.email, /^Your letter did not arrive/)
  await sendByPost(me, 'Bela')
}

/** A letter that the mail server takes and sends back later. */
async function returned() {
  const me = await someone('Carla', 'returns')
  const { address } = await readMail(me, 'Carla', 'gone@bounced.test')
  await sendMail(me, 'Carla')
  await me.waitFor('taken at first', /queued as \w+/)
  await openReply(me, 'what Postfix says')
  await me.says('a bounce is recognised', /This looks like the letter could not be delivered/, 'p.warning')
  await me.says('the words of Postfix', /gone@bounced\.test[^]*moved away/, '.well')
  check('it came with an empty sender', new RegExp(`from=<>[^]*to=<${address}>.*relay=demur.*status=sent`).test(mailLog()))
  await readAs(me, 'bounce')
  await mustGoAnotherWay(me, 'Carla')
}

/** Weeks later: the same data, a clock that runs ahead, jobs and pages in one process. */
async function overdue() {
  const me = await someone('Dora', 'takes')
  const { address } = await readMail(me, 'Dora', 'privacy@company.test')
  await sendMail(me, 'Dora')
  await me.waitFor('the first letter has gone', /queued as \w+/)
  for (const name of ['worker', 'serve']) await stop(name, programs[name])
  // A month, and the days by which weekends and holidays can move its end.
  programs.serve = await start(['serve', '--hours-ahead', '1000'], SERVING)
  // The jobs look at the cases every minute.
  const notice = await waitForMail(MAIL, me.email, /^An answer is overdue/, 75).catch((error) => ({ text: error.message }))
  check('the notice offers a reminder', notice.text.includes('We wrote a reminder.'), notice.text)
  await me.go(me.home)
  await me.says('overdue', /^Overdue by \d+ day/, '.tag')
  await me.nextStep('draft', 'remind', null)
  await me.says('a reminder', 'Erinnerung', 'article.letter')
  await me.approve()
  await readMail(me, 'the reminder', 'privacy@company.test')
  await sendMail(me, 'the reminder')
  await me.waitFor('the reminder has gone', /queued as \w+[^]*queued as \w+/)
  const mail = await waitForMail(MAIL, 'privacy@company.test', /Erinnerung/)
  check('the reminder comes from the same address', mail.headers.from.includes(address), mail.headers.from)
  check('the reminder says what it reminds of', /Widerspruch/.test(mail.parts[0].text), mail.parts[0].text)
  equal('three letters in the mailbox of the company', mailbox(MAIL, 'privacy@company.test').length, 3)
}

async function traces() {
  await stop('serve with its jobs', programs.serve)
  const ways = new Set([...mailLog().matchAll(/relay=(\w+)/g)].map(([, way]) => way))
  for (const here of ['virtual', 'demur', 'gone', 'none']) ways.delete(here)
  equal('nothing left the machine', [...ways].join(' '), '')
  const log = readFileSync(DEMUR_LOG, 'utf8')
  check('no error in the log', !log.includes('ERROR'), log)
  check('the log names nobody', !/Möller|person\.test|company\.test|refused\.test|bounced\.test|case-[a-z0-9]{26}|\/case\//.test(log), log)
}

const me = { page: { url: () => Object.values(people).at(-1)?.page.url() ?? 'no page' }, status: 0 }
await finish(browser, me, [settings, begin, taken, answered, refusedAtTheDoor, returned, overdue, traces], stopAll)
