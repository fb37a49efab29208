// Walks through the demo as a person without scripts: node walk.mjs http://127.0.0.1:8080 [folder for pictures]
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Looker, check, equal, launch, tally, watchedPage } from './harness.mjs'
import { badNames, foreignForms, headers } from './refusals.mjs'
const base = new URL(process.argv[2] ?? 'http://127.0.0.1:8080').origin
const browser = await launch()
const looker = new Looker(browser, base, process.argv[3])
const context = await browser.newContext({ javaScriptEnabled: false, locale: 'de-DE', viewport: { width: 1280, height: 900 } })
const page = await watchedPage(context, base)
const { request } = context
const seen = new Set()
let [status, home, today] = [0, '', new Date()]
page.on('response', (answer) => {
  if (answer.request().isNavigationRequest()) status = answer.status()
  if (answer.request().isNavigationRequest() && answer.request().method() === 'GET' && status === 200) seen.add(answer.url())
})
const at = () => new URL(page.url()).pathname
const go = (path) => page.goto(new URL(path, base).href)
const text = (selector) => page.locator(selector).first().innerText()
const csrf = () => page.locator('input[name="csrf"]').first().inputValue()
const press = async (selector) => { await page.locator(selector).first().click(); await page.waitForLoadState() }
const send = () => press('main form[method="post"] button:not(.second):not([formaction])')
const approve = () => press('button[name="action"][value="approve"]')
const empty = async (field) => looker.emptyForm(await context.storageState(), page.url(), field)
const look = async (stage) => { await looker.look(await context.storageState(), stage, [...seen]); seen.clear() }
const names = async (name, field) => check(name, status === 422 && (await page.locator(`.error-summary a[href="#${field}"]`).count()) === 1, `status ${status}`)
const gone = async (name, path) => equal(name, (await request.get(new URL(path, base).href)).status(), 410)
const isPdf = async (name, href) => check(`${name} is a PDF`, (await (await request.get(new URL(href, base).href)).text()).startsWith('%PDF-'), href)
const tick = (name, value) => page.check(`[name="${name}"][value="${value}"]`)
const put = async (fields) => { for (const [name, value] of Object.entries(fields)) await page.fill(`[name="${name}"]`, value) }
const later = (days) => new Date(today.getTime() + days * 86400000)
const fillDay = (name, day) => put({ [`${name}_day`]: day.toISOString().slice(8, 10), [`${name}_month`]: day.toISOString().slice(5, 7), [`${name}_year`]: day.toISOString().slice(0, 4) })
async function nextStep(part, name) {
  await go(home)
  await press('.next-step a.button')
  if (!check(`the next step: ${name}`, at().startsWith(`${home}/${part}`), at())) throw new Error(`the case does not offer: ${name}`)
  await look(name)
}
async function sendBy(channel, name, also = async () => {}) {
  if (!at().endsWith('/send')) await nextStep('send', name)
  await tick('channel', channel)
  await send()
  await also()
  await look(name)
  await press('main a.button[href*="/did?"]')
  if (name === 'send') await empty('sent')
  await fillDay('sent', later(5))
  await send()
  await names(`${name}: a day in the future`, 'sent')
  await fillDay('sent', today)
  await send()
  equal(`${name}: back on the case`, at(), home)
}

async function form() {
  await headers(request, base)
  for (const path of ['/about', '/privacy', '/?lang=de', '/']) await go(path)
  equal('the language stays', await page.locator('html').getAttribute('lang'), 'de')
  await press('main a.button[href="/request/who"]')
  await foreignForms(request, `${base}/request/who`, { who: 'self' }, await csrf())
  const steps = [
    ['who', 'who', () => tick('who', 'self')],
    ['where', 'country', async () => { await page.selectOption('[name="country"]', 'DE'); await send(); await page.selectOption('[name="region"]', 'DE-BE') }],
    ['company', 'company', async () => { await put({ q: 'linked' }); await press('form[role="search"] button'); await tick('company', 'linkedin') }],
    ['doing', 'scenario', () => tick('scenario', 'ai_training')],
    ['want', 'rights', async () => { await tick('rights', 'objection'); await tick('rights', 'erasure') }],
    ['grounds', 'grounds', async () => { await tick('grounds', 'profession'); await put({ text_profession: 'Ich übersetze Romane.' }) }],
    ['find', '', () => put({ identifier_value_0: 'https://www.linkedin.com/in/anna-beispiel' })],
    ['you', 'name', async () => { await badNames(request, base, await csrf()); await put({ name: 'Anna Beispiel', email: 'anna@example.org', address: 'Beispielweg 3\n10115 Berlin' }) }],
  ]
  for (const [step, field, fill] of steps) {
    if (equal(`the step ${step}`, at(), `/request/${step}`) && field) await empty(field)
    await fill()
    await send()
  }
  for (const [step] of [...steps, ['check']]) await go(`/request/${step}`)
  await send()
}

async function letter() {
  const change = async (own_paragraph) => { await put({ own_paragraph }); await press('button[formaction="/request/preview"]') }
  equal('after the check', at(), '/request/preview')
  check('a German letter to the right entity', /^[^]*LinkedIn Ireland Unlimited Company[^]*Ich übersetze Romane\./.test(await text('article.letter[lang="de"]')))
  await isPdf('the preview', '/request/preview.pdf')
  await change('Versteckt \u202Eegats')
  await names('a hidden character', 'own_paragraph')
  await change('Bitte bestätigen Sie mir das. <script>alert(1)</script>')
  check('the changed letter', (await text('article.letter')).includes('das. <script>alert(1)</script>'))
  await look('form')
  await put({ own_paragraph: 'Noch ein Satz.' }).then(send)
  await names('nobody approves what they did not read', 'own_paragraph')
  await send()
  equal('after the approval', at(), '/request/sent')
  await go('/demo').then(() => press('ul.mails a'))
  const link = await page.locator('main a[href*="/confirm/"]').getAttribute('href')
  check('the mail says nothing of the matter', !/LinkedIn|Beispiel|Romane/.test(await text('main pre')))
  for (const turn of [1, 2]) equal(`looking at the link, ${turn}`, (await request.get(link)).status(), 200)
  await go(link)
  await look('mail')
  await send()
  check('the button opens the case', /^\/case\/[^/]{20,}$/.test(at()), at())
  await gone('the link works once', link)
  home = at()
  today = new Date(`${(await page.locator('.timeline time').first().getAttribute('datetime')).slice(0, 10)}T00:00Z`)
}

async function sent() {
  for (const part of ['switch', 'post', 'own-mailbox', 'answer', 'close', 'withdraw', 'export', 'renew-link', 'erase']) await go(`${home}/${part}`)
  await foreignForms(request, base + at(), { sure: 'yes' }, await csrf())
  await sendBy('web_form', 'send', async () => check('the kit has the letter', /Ich übersetze Romane\.[^]*Noch ein Satz\./.test(await page.locator('#kit-text').inputValue())))
  await go(`${home}/deadline`)
  check('a derivation and three dates', (await page.locator('ol.derivation li').count()) >= 2 && (await page.locator('dl.pairs dd').count()) === 3)
}

async function reminder() {
  await go(home)
  for (const days of [30, 7]) await press(`.demo-bar button[name="days"][value="${days}"]`)
  today = later(37)
  await nextStep('draft', 'remind')
  await put({ own_paragraph: 'Ich warte noch.' })
  await press('button[name="action"][value="update"]')
  check('a reminder, changed', /Erinnerung[^]*Ich warte noch\./.test(await text('article.letter')))
  await approve()
  await sendBy('post', 'send the reminder', async () => isPdf('the reminder', await page.locator('main a[href$=".pdf"]').first().getAttribute('href')))
}

async function refusal() {
  await go(`${home}/answer`)
  await empty('received')
  await fillDay('received', today)
  await put({ text: 'Wir lehnen ab.\n\nUnsere Interessen überwiegen. <b>Nein</b>' })
  await send()
  check('the answer is shown as it came', (await text('.well')).includes('<b>Nein</b>'), at())
  await empty('kind')
  await page.selectOption('[name="kind"]', 'refused').then(send)
  await nextStep('draft', 'complain')
  check('the complaint goes to Berlin', (await text('article.letter')).includes('Berliner Beauftragte'))
  await approve()
  await names('not without the tick', 'read')
  await tick('read', 'yes')
  await approve()
  await sendBy('post', 'lodge the complaint')
}

async function end() {
  await go(home)
  const letters = await page.locator('main a[href$=".pdf"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  equal('letters', letters.length, 3)
  for (const href of letters) await isPdf('each letter', href)
  for (const path of [letters[0].replace('.pdf', ''), `${home}/export`]) await go(path)
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('form[action$="/export"] button').click()])
  const bundle = readFileSync(await file.path())
  check('the bundle is an archive', bundle.subarray(0, 2).toString() === 'PK', bundle.subarray(0, 20).toString())
  const verify = (bytes) => { writeFileSync(`${tmpdir()}/demur-bundle.zip`, bytes); return spawnSync(process.env.DEMUR, ['verify', `${tmpdir()}/demur-bundle.zip`], { encoding: 'utf8' }) }
  const accepted = verify(bundle)
  check('demur verify accepts the bundle', accepted.status === 0 && JSON.parse(accepted.stdout).events >= 9, accepted.stderr)
  bundle[Math.floor(bundle.length / 2)] ^= 1
  equal('demur verify refuses it after one byte is changed', verify(bundle).status, 1)
  for (const [part, field] of [['close', 'outcome'], ['erase', 'sure']]) await go(`${home}/${part}`).then(() => empty(field))
  await go(home)
  await look('with the regulator')
  const old = home
  await go(`${home}/renew-link`)
  await send()
  home = at()
  check('a new address', /^\/case\/[^/]{20,}$/.test(home) && home !== old, home)
  await gone('the old address', old)
  check('the old address says why', (await (await request.get(base + old)).text()).includes('ersetzt'))
  await go(`${home}/withdraw`)
  await send()
  equal('withdrawn', await text('.tag'), 'Geschlossen')
  await look('closed')
  await go(`${home}/erase`)
  await tick('sure', 'yes')
  await send()
  for (const path of [home, `${home}/deadline`, letters[0].replace(old, home)]) await gone('after erasing', path)
  await looker.look(await context.storageState(), 'erased', [base + home, `${base}/nowhere`])
}

try {
  for (const part of [form, letter, sent, reminder, refusal, end]) await part()
} catch (error) {
  check(`the walk stopped at ${page.url()} (status ${status})`, false, error.message.split('\n').slice(0, 4).join(' | '))
}
await browser.close()
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exitCode = tally.failed === 0 ? 0 : 1
