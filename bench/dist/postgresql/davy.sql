-- SPDX-License-Identifier: Apache-2.0
--
-- The laboratory's store: the signed records of many benches, one row each, which nobody changes any more. Run once, as
-- the owner of the database (README.md beside this file):
--
--     psql -v ON_ERROR_STOP=1 -1 -d davy -f davy.sql
--
-- A bench is a role of its own, a member of davy_bench, named as the bench is; whoever reads is a member of davy_reader.
-- None has a password. What stands in `jws` is what the bench has signed; everything else in a row is either compared with
-- it, or said by the server itself, and is believed by no reader: whoever reads verifies the signatures again.

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'davy_bench') THEN
		CREATE ROLE davy_bench NOLOGIN;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'davy_reader') THEN
		CREATE ROLE davy_reader NOLOGIN;
	END IF;
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO davy_bench, davy_reader', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA davy;
GRANT USAGE ON SCHEMA davy TO davy_bench, davy_reader;

-- The payload of a JWS in its general JSON form: base64url without padding. (Immutable, though convert_from() is not said to
-- be: both sides are UTF-8 here, which nothing converts.)
CREATE FUNCTION davy.payload(jws bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT convert_from(decode(rpad(translate(text, '-_', '+/'), (length(text) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb
	FROM (SELECT convert_from(jws, 'UTF8')::jsonb ->> 'payload' AS text) AS part
$$;

-- What a record says of its own name and place: an event has it in members of its own (bench/record/entry.h).
CREATE FUNCTION davy.is_named(payload jsonb, bench text, seq bigint, id text, kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN payload ? 'eventID'
	THEN payload #>> '{mse:log,mse:bench}' = bench AND payload #>> '{mse:log,mse:seq}' = seq::text
		AND payload ->> 'eventID' = id AND kind = 'event'
	ELSE payload #>> '{log,bench}' = bench AND payload #>> '{log,seq}' = seq::text
		AND payload ->> 'id' = id AND payload ->> 'kind' = kind
	END;

-- As what equipment is looked up (bench/record/laboratory_life.h): its identity without the base, which may be each bench's
-- own, its serial number, and the number of a tag that was read on it.
CREATE FUNCTION davy.names(payload jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	WITH equipment AS (
		SELECT uri FROM jsonb_array_elements_text(
			CASE WHEN jsonb_typeof(payload -> 'epcList') = 'array' THEN payload -> 'epcList' ELSE '[]' END) AS uri
	)
	SELECT array_remove(array_agg(name), NULL) FROM (
		SELECT substring(uri FROM '/(eq/.*)$') FROM equipment
		UNION SELECT 'SN/' || upper(substring(uri FROM '^.*/SN/(.*)$')) FROM equipment
		UNION SELECT 'TAG/' || lower(regexp_replace(payload #>> '{mse:identity,mse:read,mse:tag,mse:uid}', '[^0-9A-Za-z]', '', 'g'))
	) AS all_names (name)
$$;

CREATE TABLE davy.record (
	bench text COLLATE "C" NOT NULL,
	seq bigint NOT NULL,
	id text COLLATE "C" NOT NULL UNIQUE,
	kind text COLLATE "C" NOT NULL,
	jws bytea NOT NULL,
	-- what the server says: which certificate's role brought it, and when
	came_by text NOT NULL DEFAULT session_user,
	came_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (bench, seq),
	CONSTRAINT record_is_named_as_it_says CHECK (
		davy.is_named(davy.payload(jws), bench, seq, id, kind) IS TRUE)
);
CREATE INDEX record_names ON davy.record USING gin (davy.names(davy.payload(jws))) WHERE kind = 'event';
CREATE INDEX record_keys ON davy.record (bench) WHERE kind IN ('log', 'hand-over');
CREATE INDEX record_rests_on ON davy.record ((davy.payload(jws) #>> '{says,of}'))
	WHERE kind IN ('declaration', 'signature');

-- A bench brings its own records and sees its own alone, which is what comparing takes; a reader sees all.
ALTER TABLE davy.record ENABLE ROW LEVEL SECURITY;
CREATE POLICY bench_brings_its_own ON davy.record FOR INSERT TO davy_bench WITH CHECK (bench = session_user::text);
CREATE POLICY bench_sees_its_own ON davy.record FOR SELECT TO davy_bench USING (bench = session_user::text);
CREATE POLICY reader_sees_all ON davy.record FOR SELECT TO davy_reader USING (true);
GRANT INSERT (bench, seq, id, kind, jws), SELECT ON davy.record TO davy_bench;
GRANT SELECT ON davy.record TO davy_reader;

-- Nor does the owner change a row by an oversight.
CREATE FUNCTION davy.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'a record is never changed or deleted: % is refused', TG_OP;
END
$$;
CREATE TRIGGER record_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON davy.record
	FOR EACH STATEMENT EXECUTE FUNCTION davy.refuse();
ALTER TABLE davy.record ENABLE ALWAYS TRIGGER record_is_kept;
