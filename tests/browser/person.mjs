// A person without scripts, with a browser and cookies of their own: opens pages, fills forms, looks around.
import { check, equal, watchedPage } from './harness.mjs'

/** `status` is that of the last page, `seen` the pages opened since the last look; `home` and `today` belong to the case at hand. */
export async function person(browser, base, looker, locale = 'en-GB') {
  const context = await browser.newContext({ javaScriptEnabled: false, locale, viewport: { width: 1280, height: 900 } })
  const page = await watchedPage(context, base)
  const { request } = context
  const me = { context, page, request, base, locale, status: 0, seen: new Set(), home: '', today: new Date() }
  page.on('response', (answer) => {
    if (!answer.request().isNavigationRequest()) return
    me.status = answer.status()
    const isPage = me.status === 200 && !answer.headers()['content-disposition']
    if (answer.request().method() === 'GET' && isPage) me.seen.add(answer.url())
  })
  const whole = (path) => new URL(path, base).href
  me.at = () => new URL(page.url()).pathname
  me.go = (path) => page.goto(whole(path))
  me.text = (selector) => page.locator(selector).first().innerText()
  me.count = (selector) => page.locator(selector).count()
  me.says = async (name, words, selector = 'main') => {
    const text = await me.text(selector)
    return check(name, words instanceof RegExp ? words.test(text) : text.includes(words), `${me.at()} says: ${text.slice(0, 600)}`)
  }
  me.csrf = () => page.locator('input[name="csrf"]').first().inputValue()
  me.press = async (selector) => { await page.locator(selector).first().click(); await page.waitForLoadState() }
  me.send = () => me.press('main form[method="post"] button:not(.second):not([formaction])')
  me.approve = () => me.press('button[name="action"][value="approve"]')
  me.tick = (name, value) => page.check(`[name="${name}"][value="${value}"]`)
  me.put = async (fields) => { for (const [name, value] of Object.entries(fields)) await page.fill(`[name="${name}"]`, value) }
  me.later = (days) => new Date(me.today.getTime() + days * 86400000)
  me.fillDay = (name, day) => me.put({ [`${name}_day`]: day.toISOString().slice(8, 10), [`${name}_month`]: day.toISOString().slice(5, 7), [`${name}_year`]: day.toISOString().slice(0, 4) })
  // The second look, with scripts: at all pages since the last one, or at this page alone.
  me.look = async (stage) => { await looker.look(await context.storageState(), stage, [...me.seen]); me.seen.clear() }
  me.lookHere = async (stage) => { await looker.look(await context.storageState(), stage, [page.url()]); me.seen.clear() }
  me.empty = async (field) => looker.emptyForm(await context.storageState(), page.url(), field)
  me.names = async (name, field) => check(name, me.status === 422 && (await me.count(`.error-summary a[href="#${field}"]`)) === 1, `status ${me.status}`)
  me.answers = async (name, path, status) => equal(name, (await request.get(whole(path))).status(), status)
  me.gone = (name, path) => me.answers(name, path, 410)
  me.bytes = async (path) => (await request.get(whole(path))).body()
  me.isPdf = async (name, path) => check(`${name} is a PDF`, (await me.bytes(path)).subarray(0, 5).toString() === '%PDF-', path)
  me.download = async (selector) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator(selector).first().click()])
    return { name: file.suggestedFilename(), path: await file.path() }
  }
  /** Reloads until the page says so: mails leave and come in by themselves. */
  me.waitFor = async (name, words, selector = 'main', seconds = 15) => {
    const until = Date.now() + seconds * 1000
    while (Date.now() < until && !words.test(await me.text(selector))) await page.waitForTimeout(250).then(() => page.reload())
    return me.says(name, words, selector)
  }
  /** The day on which the case was opened, by its own clock. */
  me.opened = async () => {
    check('the button opens the case', /^\/case\/[^/]{20,}$/.test(me.at()), me.at())
    me.home = me.at()
    me.today = new Date(`${(await page.locator('.timeline time').first().getAttribute('datetime')).slice(0, 10)}T00:00Z`)
  }
  /** Opens the case, presses its one next step, and looks at it. */
  me.nextStep = async (part, name, look = me.look) => {
    await me.go(me.home)
    await me.press('.next-step a.button')
    if (!check(`the next step: ${name}`, me.at().startsWith(`${me.home}/${part}`), me.at())) throw new Error(`the case does not offer: ${name}`)
    await look?.(name)
  }
  return me
}
