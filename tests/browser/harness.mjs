// Counting of checks, the browser, and the second look: what a person saw is looked at again with scripts on, by axe, in each language and width.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']
const LANGUAGES = { en: 'Error:', de: 'Fehler:' }
export const tally = { passed: 0, failed: 0 }
export function check(name, good, detail = '') {
  tally[good ? 'passed' : 'failed'] += 1
  if (!good) console.error(`FAILED ${name}: ${detail}`)
  return Boolean(good)
}
export const equal = (name, seen, wanted) => check(name, seen === wanted, `${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`)

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })

/** A page that speaks up about console errors and about requests to anyone else. */
export async function watchedPage(context, base) {
  const page = await context.newPage()
  page.setDefaultTimeout(15000)
  // The browser reports every document with a status of 4xx; those are checked by their status.
  const fault = (message) => message.type() === 'error' && !/Failed to load resource.*status of 4/.test(message.text())
  page.on('console', (message) => fault(message) && check(`console of ${page.url()}`, false, message.text()))
  page.on('request', (request) => new URL(request.url()).origin === base || check(`request from ${page.url()}`, false, request.url()))
  return page
}

/** The path with secrets and ids taken out. */
export const kindOf = (url) => new URL(url).pathname.replace(/[A-Za-z0-9_-]{20,}/g, '_')
const inLanguage = (url, language) => { const one = new URL(url); one.searchParams.set('lang', language); return one.href }

async function axe(page, name) {
  await page.evaluate(AXE)
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS)
  equal(`axe ${name}`, found.violations.map((one) => `${one.id} at ${one.nodes[0].target.join(' ')}`).join('; '), '')
}

/** Walks all parts of the way; where one stops is a failure, too. Ends the program. */
export async function finish(browser, me, parts, after = async () => {}) {
  try {
    for (const part of parts) await part()
  } catch (error) {
    check(`the walk stopped at ${me.page.url()} (status ${me.status})`, false, error.stack.split('\n').slice(0, 6).join(' | '))
  }
  await after()
  await browser.close()
  console.log(`${process.argv[1].split('/').pop()}: ${tally.passed} passed, ${tally.failed} failed`)
  process.exitCode = tally.failed === 0 ? 0 : 1
}

/** Looks at pages with the cookies of the person; changes nothing. */
export class Looker {
  constructor(browser, base, folder) {
    Object.assign(this, { browser, base, folder, known: new Set() })
  }

  async #withPage(state, width, work) {
    const context = await this.browser.newContext({ storageState: state, viewport: { width, height: 900 } })
    await work(await watchedPage(context, this.base)).finally(() => context.close())
  }

  /** Every address not looked at before. `stage` tells apart what looks different later. */
  async look(state, stage, urls) {
    const name = (url) => (/^\/case\/_(\/draft|\/send|\/kit|\/post|\/reply\/_)?$|^\/demo\/mail\/_$|^\/inbox$/.test(kindOf(url)) ? `${kindOf(url)} ${stage}` : kindOf(url))
    const wanted = urls.filter((url) => !this.known.has(name(url)) && this.known.add(name(url)))
    for (const [width, language] of [[360, 'en'], [360, 'de'], [1280, 'en'], [1280, 'de']]) {
      await this.#withPage(state, width, async (page) => {
        for (const url of wanted) {
          const label = `${name(url)} ${language} ${width}`
          const answer = await page.goto(inLanguage(url, language))
          const root = await page.evaluate(() => ({ lang: document.documentElement.lang, wide: document.documentElement.scrollWidth > innerWidth }))
          check(`${label} is an own page`, answer.status() < 500 && root.lang === language, `${answer.status()} ${root.lang}`)
          check(`${label} scrolls one way`, !root.wide)
          await axe(page, label)
          if (this.folder) await page.screenshot({ path: `${this.folder}/${label.replace(/\W+/g, '-').slice(1)}.png`, fullPage: true })
        }
      })
    }
  }

  /** Sends the page's form empty: the summary must name the fault, lead to its field, and have the focus. */
  async emptyForm(state, url, field) {
    await this.#withPage(state, 360, async (page) => {
      for (const [language, word] of Object.entries(LANGUAGES)) {
        const label = `${kindOf(url)} empty ${language}`
        await page.goto(inLanguage(url, language))
        const button = page.locator('main form[method="post"] button:not(.second):not([formaction])').first()
        const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === 'POST'), button.click()])
        check(`title of ${label}`, answer.status() === 422 && (await page.title()).startsWith(word), `${answer.status()} ${await page.title()}`)
        const links = await page.locator('.error-summary a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
        check(`summary of ${label} leads to #${field}`, links.includes(`#${field}`), links.join(' '))
        for (const link of links) equal(`${link} on ${label}`, await page.locator(`[id="${link.slice(1)}"]`).count(), 1)
        check(`focus of ${label}`, await page.evaluate(() => document.activeElement?.classList.contains('error-summary')))
        await axe(page, label)
      }
    })
  }
}
