// Mails that the mail server delivered into a Maildir, read back without Demur.
import { readFileSync, readdirSync } from 'node:fs'

const unfold = (text) => text.replace(/\r?\n[ \t]+/g, ' ')
const fromHex = (text) => text.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))

/** Words of a header: `=?utf-8?b?…?=`. */
export function words(text) {
  const decode = (_, way, coded) => Buffer.from(way.toLowerCase() === 'b' ? coded : fromHex(coded.replace(/_/g, ' ')), way.toLowerCase() === 'b' ? 'base64' : 'latin1').toString()
  return text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, decode)
}

/** Headers by lower-case name, the decoded body, and the parts of a multipart. */
export function parse(raw) {
  const end = raw.search(/\r?\n\r?\n/)
  const headers = {}
  for (const line of unfold(raw.slice(0, end)).split(/\r?\n/)) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] ??= line.slice(colon + 1).trim()
  }
  const body = raw.slice(end).replace(/^\r?\n\r?\n/, '')
  const boundary = headers['content-type']?.match(/boundary="?([^";]+)"?/i)?.[1]
  const parts = boundary ? body.split(`--${boundary}`).slice(1, -1).map((part) => parse(part.replace(/^\r?\n/, ''))) : []
  const way = headers['content-transfer-encoding']?.toLowerCase()
  const plain = way === 'quoted-printable' ? fromHex(body.replace(/=\r?\n/g, '')) : body
  const bytes = way === 'base64' ? Buffer.from(body, 'base64') : Buffer.from(plain, 'latin1')
  return { headers, bytes, text: bytes.toString(), parts }
}

/** The mails of a mailbox under `folder/<domain>/<name>`, oldest first. */
export function mailbox(folder, address) {
  const [name, domain] = address.split('@')
  const dir = `${folder}/${domain}/${name}/new`
  let files = []
  try {
    files = readdirSync(dir).sort()
  } catch {
    // Nothing was delivered there yet.
  }
  return files.map((file) => parse(readFileSync(`${dir}/${file}`, 'latin1')))
}

/** Waits for the newest mail whose subject fits. */
export async function waitForMail(folder, address, subject, seconds = 15) {
  const until = Date.now() + seconds * 1000
  do {
    const found = mailbox(folder, address).filter((mail) => subject.test(words(mail.headers.subject ?? '')))
    if (found.length) return found.at(-1)
    await new Promise((done) => { setTimeout(done, 200) })
  } while (Date.now() < until)
  throw new Error(`no mail to ${address} with ${subject}`)
}
