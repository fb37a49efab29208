// The demo's mailbox and its clock.
import { check, equal } from './harness.mjs'

/** Opens the newest mail to somebody; `subject` tells which. */
export async function openMail(me, to, subject) {
  for (let turn = 0; turn < 40; turn += 1) {
    await me.go('/demo')
    const mail = me.page.locator('ul.mails li', { hasText: `To: ${to}` }).filter({ hasText: subject }).locator('a').first()
    if (await mail.count()) {
      await mail.click()
      return me.page.waitForLoadState()
    }
    await me.page.waitForTimeout(250)
  }
  throw new Error(`no mail to ${to} with “${subject}”`)
}

export async function confirmationLink(me, email) {
  await openMail(me, email, 'Confirm your letter')
  return me.page.locator('main a[href*="/confirm/"]').getAttribute('href')
}

/** Answers the newest letter to the company, as the company. */
export async function answerAs(me, company, kind) {
  await openMail(me, company, 'Letter to a company')
  await me.page.selectOption('[name="answer"]', kind)
  await me.send()
  equal(`after the answer ${kind}`, me.at(), '/demo')
  check('the mailbox says that it is on its way', (await me.text('body')).includes('The answer is on its way to the case'))
}

/** Lets days pass. */
export async function move(me, ...jumps) {
  for (const days of jumps) await me.press(`.demo-bar button[name="days"][value="${days}"]`)
  me.today = me.later(jumps.reduce((sum, days) => sum + days, 0))
}
