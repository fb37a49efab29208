// Letters by e-mail in the demo, to a company that does not exist: node email.mjs http://127.0.0.1:8080 [folder for pictures]
import { Looker, check, equal, finish, launch } from './harness.mjs'
import { person } from './person.mjs'
import { confirm, fileObjection } from './form.mjs'
import { answerAs, confirmationLink, move, openMail } from './demo.mjs'
import { atTheDoor, theDoorIsClosed } from './door.mjs'
import { handIn } from './hand_in.mjs'
import { inbox } from './inbox.mjs'
import { approveComplaint, mustGoAnotherWay, openReply, readAs, readMail, sendByPost, sendMail } from './sending.mjs'
const base = new URL(process.argv[2] ?? 'http://127.0.0.1:8080').origin
const COMPANY = 'privacy@example-data.example'
const browser = await launch()
const looker = new Looker(browser, base, process.argv[3])
const people = {}
let underWay = 0

/** Somebody new with a letter that waits for its confirmation; every person has a browser of their own. */
async function someone(first) {
  const me = await person(browser, base, looker)
  const email = `${first.toLowerCase()}@example.org`
  people[first] = Object.assign(me, { email, fullName: `${first} Möller` })
  await fileObjection(me, { search: 'Example Data', company: 'example-data', name: me.fullName, email })
  return me
}

async function withCase(first) {
  const me = await someone(first)
  await confirm(me, await confirmationLink(me, me.email))
  return me
}

/** Demur sends the letter that waits; the jobs beat every second, so most often the case is seen while it is under way. */
async function letDemurSend(me, name) {
  const mail = await readMail(me, name, COMPANY)
  underWay += Number(await sendMail(me, name))
  await me.waitFor(`${name}: our mail server took it`, /Our mail server took it for delivery: .*250 caught by the mailbox of the demo/)
  return mail
}

async function sent() {
  const me = await withCase('Anna')
  const { says } = me
  await me.lookHere('just opened')
  const mail = await readMail(me, 'Anna', COMPANY)
  await me.lookHere('send')
  check('the mail says who sends it for whom', mail.line.includes('Anna Möller') && mail.line.includes('Example Association (demo)'), mail.line)
  check('the letter is in the mail', mail.text.includes('Ich übersetze Romane.'), mail.text)
  equal('an address of the case', mail.address.split('@')[1], 'cases.demur.example')
  await me.go(`${me.home}/send`)
  await letDemurSend(me, 'Anna')
  await says('the clock runs', 'Waiting for a reply', '.tag')
  await me.lookHere('sent by e-mail')
  await me.press('.timeline a[href*="/letter/"]')
  await says('the proof is the answer of the server', '250 caught by the mailbox of the demo')
  await me.lookHere('sent by e-mail')
  await openMail(me, COMPANY, 'Letter to a company')
  await says('the mail in the mailbox', mail.address)
  await says('the mail in the mailbox is the letter', 'Ich übersetze Romane.', 'main pre')
  await me.isPdf('the mail in the mailbox', await me.page.locator('main a[href$="/letter.pdf"]').getAttribute('href'))
  await me.lookHere('letter')
  await openMail(me, me.email, 'Your letter has gone out')
  await says('the notice tells the day', /took your letter [^]*for delivery: [^]*An answer is due by /, 'main pre')
  check('a notice says nothing of the matter in its subject', !/Example Data|objection/i.test(await me.text('main h1')))
}

async function answered() {
  const me = people.Anna
  await answerAs(me, COMPANY, 'auto')
  await openReply(me, 'an automatic reply')
  await me.says('a machine is recognised', 'This looks like an automatic reply, because it says: “Auto-Submitted: auto-replied”. You decide.')
  equal('nothing is chosen for the person', await me.page.locator('[name="kind"]').inputValue(), '')
  await me.lookHere('automatic')
  await me.empty('kind')
  await readAs(me, 'auto_reply')
  await me.says('an automatic reply changes nothing', 'Waiting for a reply', '.tag')
  await answerAs(me, COMPANY, 'extension')
  await openReply(me, 'more time')
  equal('nobody suspects a machine', await me.count('p.warning'), 0)
  await readAs(me, 'extension_notice')
  await me.says('they took more time', 'They took more time', '.tag')
  await me.lookHere('extended')
  await answerAs(me, COMPANY, 'refused')
  await openReply(me, 'a refusal')
  await me.says('their words', 'Wir halten unsere Interessen für überwiegend.', '.well')
  await me.says('who it says it is from', COMPANY, 'dl.pairs')
  await readAs(me, 'refused')
  await me.lookHere('refused')
  await approveComplaint(me, 'Anna')
  await openMail(me, me.email, 'A mail came to your case')
  check('the notice does not quote the answer', !/Interessen|Prüfung|Monate/.test(await me.text('main pre')))
}

async function identified() {
  const me = await withCase('Bela')
  await letDemurSend(me, 'Bela')
  await answerAs(me, COMPANY, 'identity')
  await openReply(me, 'who are you')
  await readAs(me, 'identity_demand')
  await me.says('they ask who Bela is', 'They ask who you are', '.tag')
  await me.nextStep('draft', 'an answer about identity', me.lookHere)
  await me.approve()
  await letDemurSend(me, 'the answer about identity')
  await me.go(me.home)
  equal('two letters', await me.count('main a[href$=".pdf"]'), 2)
  await handIn(me)
  await answerAs(me, COMPANY, 'complied')
  await openReply(me, 'it is done')
  await readAs(me, 'complied')
  await me.says('only Bela can tell', 'Whether they did what you asked, only you can tell.', '.next-step')
  await me.nextStep('close', 'say how it ended', null)
  await me.tick('outcome', 'complied')
  await me.send()
  await me.says('closed', 'Closed', '.tag')
}

async function returned() {
  const me = await withCase('Carla')
  await letDemurSend(me, 'Carla')
  await answerAs(me, COMPANY, 'bounce')
  await openReply(me, 'a letter that came back')
  await me.says('a bounce is recognised', /This looks like the letter could not be delivered, because it says: “[^”]*delivery-status/)
  await me.lookHere('bounced')
  await readAs(me, 'bounce')
  await mustGoAnotherWay(me, 'Carla')
  await me.says('the case says that it came back', 'The letter came back. It counts as not received')
  await me.lookHere('came back')
  await sendByPost(me, 'Carla')
}

/** Emil's company answers by the link in the letter. */
async function atItsDoor() {
  const me = await withCase('Emil')
  await letDemurSend(me, 'Emil')
  await theDoorIsClosed(me, await atTheDoor(me, COMPANY, browser, base, looker))
}

/** Dora opens her link too late, and her company stays silent. */
async function late() {
  const me = await someone('Dora')
  const link = await confirmationLink(me, me.email)
  await move(me, 7)
  await me.go(link)
  equal('a link that has expired', me.status, 410)
  await me.says('the page says so', 'This link has expired')
  equal('the button', await me.text('main form button'), 'Send a new link')
  await me.send()
  await me.says('a new link is on its way', 'a new link is on its way there')
  const second = await confirmationLink(me, me.email)
  check('another link', second !== link, second)
  await me.go(link)
  equal('the old link stays dead', me.status, 410)
  await me.lookHere('expired')
  await confirm(me, second)
}

async function silent() {
  const me = people.Dora
  await letDemurSend(me, 'Dora')
  await move(me, 30, 7)
  await me.says('the day has passed', /^Overdue by \d+ day/, '.tag')
  await openMail(me, me.email, 'An answer is overdue')
  await me.says('the notice offers a reminder', 'We wrote a reminder.', 'main pre')
  await me.nextStep('draft', 'remind', null)
  await me.says('a reminder', 'Erinnerung', 'article.letter')
  await me.approve()
  await letDemurSend(me, 'the reminder')
  await openMail(me, COMPANY, 'Letter to a company')
  await me.says('the reminder is in the mailbox', 'Erinnerung', 'main')
  await me.says('it asks for the answer', /Romane|Frist|Antwort/, 'main pre')
}

async function seen() {
  check('a case was seen while its letter was under way', underWay > 0)
  await people.Dora.go('/demo')
  await people.Dora.lookHere('all')
  const letters = await people.Dora.page.locator('ul.mails li', { hasText: 'Letter to a company' }).filter({ hasText: 'Möller' }).allInnerTexts()
  // The demo has people of its own.
  check('every letter went once', letters.length === 7, letters.join(' | '))
}

const first = { page: { url: () => people.Dora?.page.url() ?? '' }, status: 0 }
await finish(browser, first, [sent, answered, identified, returned, atItsDoor, late, silent, seen, () => inbox(browser, base, looker, people)])
