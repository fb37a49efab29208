// Demur's own programs, run as the user who owns its data: `serve`, `worker`, and commands that end by themselves.
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { check, equal } from './harness.mjs'
const { DEMUR, DEMUR_DATA, DEMUR_CONFIG, DEMUR_LOG, DEMUR_UID, DEMUR_GID } = process.env
const who = { uid: Number(DEMUR_UID), gid: Number(DEMUR_GID), cwd: '/' }
const running = new Set()

const args = (own, config = DEMUR_CONFIG) => ['--config', config, '--data-dir', DEMUR_DATA, ...own]

/** Runs a command to its end. */
export const demur = (own, config) => spawnSync(DEMUR, args(own, config), { ...who, encoding: 'utf8', timeout: 20000 })

/** A refusal is one line and exit 1. */
export function refused(name, done, words) {
  equal(`${name}: exit`, done.status, 1)
  const lines = done.stderr.trim().split('\n')
  check(`${name}: one line that says why`, lines.length === 1 && lines[0].includes(words), done.stderr)
}

/** Starts a program that goes on; `ready` is its word for being at work. */
export async function start(own, ready) {
  const program = spawn(DEMUR, args(own), { ...who, stdio: ['ignore', 'ignore', 'pipe'] })
  running.add(program)
  program.over = new Promise((over) => { program.on('exit', (code, signal) => { running.delete(program); over(signal ?? code) }) })
  const begun = new Promise((begun) => {
    program.stderr.on('data', (data) => {
      appendFileSync(DEMUR_LOG, data)
      if (data.toString().includes(ready)) begun('begun')
    })
  })
  const first = await Promise.race([begun, program.over])
  if (first !== 'begun') throw new Error(`demur ${own.join(' ')} ended with ${first}`)
  return program
}

/** Asks a program to stop; it must end by itself. */
export async function stop(name, program) {
  const asked = Date.now()
  program.kill('SIGTERM')
  equal(`${name} stops when asked`, await program.over, 0)
  check(`${name} stops soon`, Date.now() - asked < 12000, Date.now() - asked)
}

export const stopAll = async () => { for (const program of running) { program.kill('SIGTERM'); await program.over } }
