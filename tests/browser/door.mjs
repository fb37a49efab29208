// The controller's door: the company follows the link of the letter with a browser of its own, first by the link alone, then with the code from its mailbox.
import { check, equal } from './harness.mjs'
import { openMail } from './demo.mjs'
import { person } from './person.mjs'

const PDF = Buffer.from('%PDF-1.4\n%%EOF\n')

/** `me` is the person whose letter went to `mailbox`. */
export async function atTheDoor(me, mailbox, browser, base, looker) {
  const company = await person(browser, base, looker)
  await openMail(company, mailbox, 'Letter to a company')
  const door = new URL(await company.page.locator('main a[href*="/door/"]').first().getAttribute('href')).pathname
  await company.go(door)
  await company.says('the door shows the reference and what is asked', /DM-[A-Z0-9-]+[^]*Objection[^]*An answer is due by/)
  check('it does not show who asks', !(await company.text('main')).includes(me.fullName))
  await company.lookHere('the door')
  await byTheLink(company, door, me)
  await withTheCode(company, door, mailbox, me)
  await thePersonDecides(me)
  return door
}

async function byTheLink(company, door, me) {
  await company.press('form[action$="/received"] button')
  await company.says('a receipt', /Your receipt[^]*Receipt confirmed[^]*marked as not proven/)
  await company.lookHere('a receipt')
  await company.go(`${door}/extend`)
  await company.fillDay('until', me.later(40))
  await company.send()
  await company.names('more time without a reason', 'text')
  await company.lookHere('more time')
  await company.put({ text: 'We have many requests.' })
  await company.send()
  await company.says('what more time is worth', 'It was announced before the first period ended.')
}

async function withTheCode(company, door, mailbox, me) {
  await company.go(door)
  await company.press('form[action$="/code"] button')
  await company.says('the code is on its way', 'the code is on its way', '[role="status"]')
  await company.put({ code: '0' })
  await company.press('form[action$="/prove"] button')
  await company.names('a wrong code', 'code')
  await openMail(company, mailbox, 'Ihr Code zu')
  const code = (await company.text('main h1')).match(/\d{8}/)[0]
  await company.go(door)
  await company.put({ code })
  await company.press('form[action$="/prove"] button')
  await company.says('with the code the letter is shown', me.fullName)
  await company.lookHere('the door with a code')
  await company.go(`${door}/answer`)
  await company.lookHere('an answer')
  await company.send()
  await company.names('no answer to the one right that is asked', 'answer_objection')
  await company.page.check('[name="answer_objection"][value="refused"]')
  await company.send()
  await company.names('a refusal without its ground', 'ground_objection')
  await company.lookHere('an answer with a gap')
  await company.page.locator('select').first().selectOption('overriding_interest')
  await company.put({ text: 'Our interest weighs more.' })
  await company.page.setInputFiles('[name="files"]', [{ name: 'decision.pdf', mimeType: 'application/pdf', buffer: PDF }])
  await company.send()
  await company.says('a receipt that is proven', /Answer given[^]*somebody who can read the mailbox/)
}

async function thePersonDecides(me) {
  await me.go(me.home)
  await me.says('the case says what came, and how', /The company wrote something on its own page[^]*Something was written on the company's own page\. Who wrote it is not proven/, '.timeline')
  await me.press('.timeline li:first-child a[href*="/reply/"]')
  await me.says('what was declared', /refused: our legitimate interest weighs more/)
  await me.says('their words', 'Our interest weighs more.', '.well')
  equal('the kind is filled in and not yet said', await me.page.locator('[name="kind"]').inputValue(), 'refused')
  equal('the document is there', await me.count('main a[href*="/file/"]'), 1)
  await me.lookHere('declared')
  for (let answers = await me.count('a'); answers; answers -= 1) {
    await me.go(me.home)
    if (!(await me.page.locator('.next-step a.button[href*="/reply/"]').count())) break
    await me.press('.next-step a.button')
    await me.send()
  }
  await me.says('what the person said of it', 'You said what the answer means: a refusal', '.timeline')
}

/** Once the case has ended, the door says so. */
export async function theDoorIsClosed(me, door) {
  await me.go(`${me.home}/withdraw`)
  await me.send()
  await me.go(door)
  equal('a closed door', me.status, 410)
  await me.says('it says so politely', 'This request is closed')
  await me.lookHere('the closed door')
}
