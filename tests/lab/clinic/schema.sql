CREATE TABLE slot (id serial PRIMARY KEY, doctor_id int NOT NULL, starts_at timestamptz NOT NULL, room text NOT NULL, booked_by int);
CREATE TABLE booking (id serial PRIMARY KEY, slot_id int NOT NULL REFERENCES slot, patient_id int NOT NULL, reason text NOT NULL, made_at timestamptz NOT NULL DEFAULT now(), CONSTRAINT booking_slot_taken UNIQUE (slot_id));
CREATE TABLE contact (patient_id int PRIMARY KEY, channel text NOT NULL, phone text NOT NULL);
CREATE TABLE reminder (id serial PRIMARY KEY, booking_id int NOT NULL, patient_id int NOT NULL, sent_at timestamptz NOT NULL);
CREATE TABLE visit (booking_id int PRIMARY KEY, patient_id int NOT NULL, opened_at timestamptz NOT NULL DEFAULT now());
INSERT INTO slot (doctor_id, starts_at, room) SELECT n % 9 + 1, date_trunc('day', now()) + n * interval '20 minutes', 'R' || (n % 12 + 1) FROM generate_series(1, 4000) AS n;
INSERT INTO contact (patient_id, channel, phone) SELECT n, (ARRAY['sms', 'call', 'mail'])[n % 3 + 1], '+49 30 555' || lpad(n::text, 4, '0') FROM generate_series(1, 400) AS n WHERE n % 5 <> 0;
GRANT ALL ON ALL TABLES IN SCHEMA public TO clinic;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clinic;
