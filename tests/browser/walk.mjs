// Walks through the demo as a person without scripts: node walk.mjs http://127.0.0.1:8080 [folder for pictures]
import { Looker, check, equal, finish, launch } from './harness.mjs'
import { person } from './person.mjs'
import { exportAndVerify } from './bundle.mjs'
import { badNames, foreignForms, headers } from './refusals.mjs'
const base = new URL(process.argv[2] ?? 'http://127.0.0.1:8080').origin
const browser = await launch()
const looker = new Looker(browser, base, process.argv[3])
const me = await person(browser, base, looker, 'de-DE')
const { context, page, request, at, go, text, csrf, press, send, approve, empty, look, names, gone, isPdf, tick, put, later, fillDay, nextStep } = me
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
  await fillDay('sent', me.today)
  await send()
  equal(`${name}: back on the case`, at(), me.home)
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
  await me.opened()
  await gone('the link works once', link)
}

async function sent() {
  for (const part of ['switch', 'post', 'own-mailbox', 'answer', 'close', 'withdraw', 'export', 'renew-link', 'erase']) await go(`${me.home}/${part}`)
  await foreignForms(request, base + at(), { sure: 'yes' }, await csrf())
  await sendBy('web_form', 'send', async () => check('the kit has the letter', /Ich übersetze Romane\.[^]*Noch ein Satz\./.test(await page.locator('#kit-text').inputValue())))
  await go(`${me.home}/deadline`)
  check('a derivation and three dates', (await page.locator('ol.derivation li').count()) >= 2 && (await page.locator('dl.pairs dd').count()) === 3)
}

async function reminder() {
  await go(me.home)
  for (const days of [30, 7]) await press(`.demo-bar button[name="days"][value="${days}"]`)
  me.today = later(37)
  await nextStep('draft', 'remind')
  await put({ own_paragraph: 'Ich warte noch.' })
  await press('button[name="action"][value="update"]')
  check('a reminder, changed', /Erinnerung[^]*Ich warte noch\./.test(await text('article.letter')))
  await approve()
  await sendBy('post', 'send the reminder', async () => isPdf('the reminder', await page.locator('main a[href$=".pdf"]').first().getAttribute('href')))
}

async function refusal() {
  await go(`${me.home}/answer`)
  await empty('received')
  await fillDay('received', me.today)
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
  await go(me.home)
  const letters = await page.locator('main a[href$=".pdf"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  equal('letters', letters.length, 3)
  for (const href of letters) await isPdf('each letter', href)
  for (const path of [letters[0].replace('.pdf', ''), `${me.home}/export`]) await go(path)
  await exportAndVerify(me, 9)
  for (const [part, field] of [['close', 'outcome'], ['erase', 'sure']]) await go(`${me.home}/${part}`).then(() => empty(field))
  await go(me.home)
  await look('with the regulator')
  const old = me.home
  await go(`${me.home}/renew-link`)
  await send()
  me.home = at()
  check('a new address', /^\/case\/[^/]{20,}$/.test(me.home) && me.home !== old, me.home)
  await gone('the old address', old)
  check('the old address says why', (await (await request.get(base + old)).text()).includes('ersetzt'))
  await go(`${me.home}/withdraw`)
  await send()
  equal('withdrawn', await text('.tag'), 'Geschlossen')
  await look('closed')
  await go(`${me.home}/erase`)
  await tick('sure', 'yes')
  await send()
  for (const path of [me.home, `${me.home}/deadline`, letters[0].replace(old, me.home)]) await gone('after erasing', path)
  await looker.look(await context.storageState(), 'erased', [base + me.home, `${base}/nowhere`])
}

await finish(browser, me, [form, letter, sent, reminder, refusal, end])
