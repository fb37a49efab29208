// Letters that Demur sends, and mails that come to a case: the pages are the same in the demo and with a real mail server.
import { check, equal } from './harness.mjs'

/** From the case page to the page where the mail is read before it goes; returns what that page says. */
export async function readMail(me, name, to) {
  if (!me.at().endsWith('/send')) await me.nextStep('send', name, null)
  equal(`${name}: e-mail is offered first`, await me.page.locator('[name="channel"]').first().getAttribute('value'), 'email')
  await me.says(`${name}: e-mail is named`, 'Demur sends it by e-mail')
  await me.tick('channel', 'email')
  await me.send()
  equal(`${name}: the mail is shown`, me.at(), `${me.home}/email`)
  const [shownTo, from] = await me.page.locator('main dl.pairs dd').allInnerTexts()
  equal(`${name}: the company's mailbox`, shownTo, to)
  const address = from.match(/case-[a-z0-9]{26}@[a-z.]+/)?.[0]
  check(`${name}: the case's own address`, address, from)
  await me.isPdf(`${name}: the letter with it`, await me.page.locator('main dl.pairs a').getAttribute('href'))
  return { address, text: await me.text('.well pre'), line: await me.text('.well p') }
}

/** Presses "Send it now". True if the case was seen while the letter was under way. */
export async function sendMail(me, name) {
  await me.send()
  equal(`${name}: back on the case`, me.at(), me.home)
  await me.says(`${name}: the case knows who let it go`, 'You let Demur send it')
  return (await me.text('.tag')) === 'Being sent'
}

/** Waits until the case has a mail that nobody has read, and opens it. */
export async function openReply(me, name) {
  await me.go(me.home)
  await me.waitFor(`${name}: a mail came`, /A mail came to the address of this case\. Who sent it is not proven/, '.timeline li:first-child')
  await me.nextStep('reply/', `read: ${name}`, null)
  await me.says(`${name}: nothing is proven`, 'It came to the address of this case. Who sent it is not proven.')
}

/** Says what an answer means. */
export async function readAs(me, kind) {
  await me.page.selectOption('[name="kind"]', kind)
  await me.send()
  equal(`read as ${kind}: back on the case`, me.at(), me.home)
}

/** The company's mail server did not take it, or it came back. */
export async function mustGoAnotherWay(me, name) {
  await me.says(`${name}: another way is asked for`, 'The letter did not reach', '.next-step')
  await me.says(`${name}: the button says so`, 'Choose another way', '.next-step')
  await me.says(`${name}: no clock runs`, 'The clock has not started', 'section[aria-labelledby="due"]')
}

/** Prints it instead, and reports the day. */
export async function sendByPost(me, name) {
  await me.nextStep('send', name, null)
  for (const way of ['post', 'own_mailbox']) equal(`${name}: ${way} is offered`, await me.count(`[name="channel"][value="${way}"]`), 1)
  await me.tick('channel', 'post')
  await me.send()
  equal(`${name}: the letter to print`, me.at(), `${me.home}/post`)
  await me.press('main a.button[href*="/did?"]')
  await me.fillDay('sent', me.today)
  await me.send()
  equal(`${name}: back on the case`, me.at(), me.home)
  await me.says(`${name}: the clock runs`, 'Waiting for a reply', '.tag')
}

/** Reads the drafted complaint to the authority of Berlin and approves it. */
export async function approveComplaint(me, name) {
  await me.nextStep('draft', `${name}: complain`, me.lookHere)
  await me.says(`${name}: the complaint goes to Berlin`, 'Berliner Beauftragte', 'article.letter')
  await me.tick('read', 'yes')
  await me.approve()
  equal(`${name}: after the approval`, me.at(), `${me.home}/send`)
  equal(`${name}: Demur does not mail authorities`, await me.count('[name="channel"][value="email"]'), 0)
}
