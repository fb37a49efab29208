// The form from its first step to the mail that asks for a confirmation, filled in quickly; walk.mjs tries its faults.
import { check, equal } from './harness.mjs'

/** A letter of a person in Berlin to the company with this id, which is found by `search`. */
export async function fileObjection(me, { search, company, name, email }) {
  const steps = [
    ['who', () => me.tick('who', 'self')],
    ['where', async () => { await me.page.selectOption('[name="country"]', 'DE'); await me.send(); await me.page.selectOption('[name="region"]', 'DE-BE') }],
    ['company', async () => { await me.put({ q: search }); await me.press('form[role="search"] button'); await me.tick('company', company) }],
    ['doing', () => me.tick('scenario', 'ai_training')],
    ['want', () => me.tick('rights', 'objection')],
    ['grounds', async () => { await me.tick('grounds', 'profession'); await me.put({ text_profession: 'Ich übersetze Romane.' }) }],
    ['find', () => me.put({ identifier_value_0: email })],
    ['you', () => me.put({ name, email, address: 'Beispielweg 3\n10115 Berlin' })],
    ['check', async () => {}],
    ['preview', async () => {}],
  ]
  await me.go('/request/who')
  for (const [step, fill] of steps) {
    if (!equal(`the step ${step} of ${name}`, me.at(), `/request/${step}`)) throw new Error(`the form stopped before ${step}`)
    await fill()
    await me.send()
  }
  equal(`the letter of ${name} waits for its confirmation`, me.at(), '/request/sent')
  me.seen.clear()
}

/** Opens a mailed link and presses its button. */
export async function confirm(me, link) {
  check('the link leads to this service', link?.startsWith(`${me.base}/confirm/`), link)
  await me.go(link)
  await me.send()
  await me.opened()
}
