// What the server must refuse.
import { check, equal, kindOf } from './harness.mjs'
/** A form that a stranger or another site sends. */
export async function foreignForms(request, url, form, csrf) {
  const base = new URL(url).origin
  const tries = {
    'without the hidden field': [form, { origin: base }],
    'with a wrong hidden field': [{ ...form, csrf: 'x'.repeat(32) }, { origin: base }],
    'from another site': [{ ...form, csrf }, { origin: 'https://evil.example' }],
    'from nowhere': [{ ...form, csrf }, { origin: 'null' }],
    'across sites without an origin': [{ ...form, csrf }, { 'sec-fetch-site': 'cross-site' }],
  }
  for (const [what, [fields, headers]] of Object.entries(tries)) {
    equal(`${kindOf(url)} ${what}`, (await request.post(url, { form: fields, headers, maxRedirects: 0 })).status(), 403)
  }
}

export async function badNames(request, base, csrf) {
  const names = { 'line break': 'Anna\nBeispiel', header: 'Anna\r\nBcc: x@example.org', bidi: 'Anna \u202Eleipsieb', null: 'Anna\u0000B', blank: ' ', length: 'a'.repeat(5000) }
  const tries = Object.entries(names).map(([what, name]) => [`a name with ${what}`, '#name', { name, email: 'anna@example.org' }])
  tries.push(['a bad mail address', '#email', { name: 'Anna Beispiel', email: 'anna@@example' }])
  for (const [what, link, fields] of tries) {
    const answer = await request.post(`${base}/request/you`, { form: { csrf, ...fields }, headers: { origin: base }, maxRedirects: 0 })
    check(`${what} is refused`, answer.status() === 422 && (await answer.text()).includes(`href="${link}"`), answer.status())
  }
}

export async function headers(request, base) {
  check('a strict content policy', (await request.get(base)).headers()['content-security-policy'].startsWith("default-src 'none'; style-src 'self';"))
  for (const path of [`/case/${'a'.repeat(32)}`, '/nowhere']) equal(`${path} is not found`, (await request.get(base + path)).status(), 404)
}
