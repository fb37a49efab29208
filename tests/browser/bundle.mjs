// The bundle of a case: downloaded, accepted by `demur verify`, refused once a byte is changed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { check, equal } from './harness.mjs'

export async function exportAndVerify(me, events) {
  await me.go(`${me.home}/export`)
  const file = await me.download('form[action$="/export"] button')
  const bundle = readFileSync(file.path)
  check('the bundle is an archive', bundle.subarray(0, 2).toString() === 'PK', bundle.subarray(0, 20).toString())
  const folder = mkdtempSync(`${tmpdir()}/demur-bundle-`)
  const verify = () => { writeFileSync(`${folder}/bundle.zip`, bundle); return spawnSync(process.env.DEMUR, ['verify', `${folder}/bundle.zip`], { encoding: 'utf8' }) }
  const accepted = verify()
  check('demur verify accepts the bundle', accepted.status === 0 && JSON.parse(accepted.stdout).events >= events, accepted.stdout + accepted.stderr)
  bundle[Math.floor(bundle.length / 2)] ^= 1
  equal('demur verify refuses it after one byte is changed', verify().status, 1)
  rmSync(folder, { recursive: true })
}
