// The operator's pages: signing in, and mails that fit no case.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { check, equal } from './harness.mjs'
import { person } from './person.mjs'
const { DEMUR, DEMUR_DATA } = process.env
const PASSWORD = 'a long password'
const mail = (subject, to) => `From: dpo@somewhere.example\r\nTo: ${to}\r\nSubject: ${subject}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <${subject.length}@somewhere.example>\r\n\r\nWe write about ${subject}.\r\n`

/** Runs the binary on the data of the demo. */
function demur(args, input) {
  return spawnSync(DEMUR, ['--data-dir', DEMUR_DATA, ...args], { encoding: 'utf8', input })
}

function takeIn(folder, subject, to) {
  writeFileSync(`${folder}/mail.eml`, mail(subject, to))
  writeFileSync(`${folder}/demur.toml`, '[mail]\nreply_domain = "cases.demur.example"\n')
  const done = demur(['--config', `${folder}/demur.toml`, 'ingest', `${folder}/mail.eml`])
  return check(`taken in: ${subject}`, done.status === 0, done.stderr) && JSON.parse(done.stdout)
}

async function signIn(me, password) {
  await me.put({ name: 'operator', password })
  await me.send()
}

async function signInOnlyWithThePassword(me) {
  await me.go('/inbox')
  equal('the inbox asks for a sign-in', me.at(), '/sign-in')
  const short = demur(['account', 'set', 'operator'], 'short\n')
  check('a short password is refused', short.status === 1 && short.stderr.trim().split('\n').length === 1, short.stderr)
  const made = demur(['account', 'set', 'operator'], `${PASSWORD}\n`)
  check('the account is made beside the running demo', made.status === 0, made.stderr)
  await me.lookHere('')
  await signIn(me, 'a wrong password')
  await me.names('a wrong password', 'name')
  await me.says('the message does not tell which is wrong', 'Name and password do not match')
  equal('the name is given back', await me.page.locator('[name="name"]').inputValue(), 'operator')
  equal('the password is not', await me.page.locator('[name="password"]').inputValue(), '')
  await me.go('/inbox')
  equal('still nobody is signed in', me.at(), '/sign-in')
  await signIn(me, PASSWORD)
  equal('signed in', me.at(), '/inbox')
  const session = (await me.context.cookies()).find((cookie) => cookie.name === 'session')
  check('no script reads the session', session?.httpOnly && session.sameSite === 'Lax', JSON.stringify(session))
}

async function seesTheQueue(me) {
  await me.go('/queue')
  await me.lookHere('')
  await me.says('the outbox at a glance', 'No domain is paused')
  await me.go('/inbox')
}

/** `people` have cases: a mail for one of them, and one for nobody. */
export async function inbox(browser, base, looker, people) {
  const folder = mkdtempSync(`${tmpdir()}/demur-inbox-`)
  const me = await person(browser, base, looker)
  const { Anna } = people
  await Anna.go(Anna.home)
  const reference = await Anna.text('p.caption')
  await signInOnlyWithThePassword(me)
  await me.says('no mail waits', 'No mail waits')
  await me.lookHere('empty')

  equal('a mail to nobody is held', takeIn(folder, 'an unknown case', `case-${'a'.repeat(26)}@cases.demur.example`)?.why, 'why.unknown_token')
  equal('a mail without an address of a case is held', takeIn(folder, 'something for sale', 'info@cases.demur.example')?.why, 'why.no_token')
  await me.go('/inbox')
  equal('both wait', await me.count('main ul.mails a'), 2)
  await me.lookHere('two mails')
  await me.press('ul.mails a:has-text("an unknown case")')
  await me.says('why it waits', 'Its address belongs to no case that we know')
  await me.says('what it says', 'We write about an unknown case.', '.well')
  await me.lookHere('')
  const example = (await me.text('#reference-hint')).match(/[A-Z]{2,}-[A-Z0-9-]+\w/)?.[0] ?? ''
  const shape = (word) => word.replace(/[A-Z0-9]+/g, (part, at) => (at ? part.length : part))
  equal('the example has the form of a reference', shape(example), shape(reference))
  await me.put({ reference: 'DM-0000-0000' })
  await me.press('button[value="assign"]')
  await me.names('a reference that does not exist', 'reference')
  await me.put({ reference: reference.toLowerCase() })
  await me.press('button[value="assign"]')
  equal('it is put into the case', me.at(), '/inbox')
  await me.says('the page says so', 'Saved', '[role="status"], .notice')
  await me.press('ul.mails a:has-text("something for sale")')
  await me.says('no case is named', 'Its address names no case')
  await me.press('button[value="discard"]')
  await me.says('nothing waits any more', 'No mail waits')
  await seesTheQueue(me)
  await Anna.go(Anna.home)
  await Anna.says('the case has the mail', 'A mail came to the address of this case', '.timeline li:first-child')
  await Anna.press('.timeline li:first-child a[href*="/reply/"]')
  await Anna.says('the words of the mail', 'We write about an unknown case.', '.well')

  await me.press('form[action="/sign-out"] button')
  equal('signed out', me.at(), '/sign-in')
  await me.go('/inbox')
  equal('the inbox is closed again', me.at(), '/sign-in')
  rmSync(folder, { recursive: true })
}
