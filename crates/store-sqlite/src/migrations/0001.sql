CREATE TABLE "team" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "reply_to" TEXT,
    "personal_computers" TEXT NOT NULL,
    "email_sign_in" TEXT NOT NULL,
    "sso_required" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "credit_account" (
    "team" TEXT NOT NULL,
    "balance" INTEGER NOT NULL,
    "entries" INTEGER NOT NULL,
    "low_mark" INTEGER,
    PRIMARY KEY ("team")
) STRICT, WITHOUT ROWID;

CREATE TABLE "credit_entry" (
    "team" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "id" BLOB NOT NULL,
    "at" INTEGER NOT NULL,
    "amount" INTEGER NOT NULL,
    "balance" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "administrator" TEXT,
    "guest" TEXT,
    "invite" BLOB,
    "purchase" BLOB,
    "note" TEXT,
    PRIMARY KEY ("team", "seq")
) STRICT, WITHOUT ROWID;

CREATE TABLE "credit_quote" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "body" TEXT NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "credit_order" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "body" TEXT NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "team_user" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "owner" INTEGER NOT NULL,
    "coordinator" INTEGER NOT NULL,
    "joined_at" INTEGER NOT NULL,
    "revoked_at" INTEGER,
    "version" INTEGER NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "team_user_email" ON "team_user" ("email_key", "team") WHERE "revoked_at" IS NULL;

CREATE TABLE "user_group" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "coordinator" INTEGER NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "group_member" (
    "team" TEXT NOT NULL,
    "member" BLOB NOT NULL,
    "grp" BLOB NOT NULL,
    PRIMARY KEY ("team", "member", "grp")
) STRICT, WITHOUT ROWID;

CREATE TABLE "computer" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "agent_name" TEXT,
    "computer_key" BLOB,
    "owner" BLOB,
    "token" BLOB,
    "connection" TEXT NOT NULL,
    "guest_access" INTEGER NOT NULL,
    "login_known" INTEGER NOT NULL,
    "login" TEXT,
    "last_seen" INTEGER,
    "heard_since" INTEGER,
    "heard_before" INTEGER,
    "announced" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "removed_at" INTEGER,
    "version" INTEGER NOT NULL,
    "due" INTEGER,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "computer_name" ON "computer" ("team", "name_key") WHERE "removed_at" IS NULL;
CREATE INDEX "computer_agent" ON "computer" ("computer_key", "agent_name") WHERE "computer_key" IS NOT NULL;
CREATE UNIQUE INDEX "computer_token" ON "computer" ("token") WHERE "token" IS NOT NULL;
CREATE INDEX "computer_due" ON "computer" ("due") WHERE "due" IS NOT NULL;

CREATE TABLE "computer_key" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "computer_key_hash" ON "computer_key" ("hash");

CREATE TABLE "api_key" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "user_id" BLOB NOT NULL,
    "scopes" INTEGER NOT NULL,
    "hash" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "api_key_hash" ON "api_key" ("hash");

CREATE TABLE "login" (
    "hash" BLOB NOT NULL,
    "email" TEXT NOT NULL,
    "since" INTEGER NOT NULL,
    PRIMARY KEY ("hash")
) STRICT, WITHOUT ROWID;

CREATE INDEX "login_since" ON "login" ("since");

CREATE TABLE "sign_in" (
    "email_key" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "asked" TEXT NOT NULL,
    "nonce" BLOB NOT NULL,
    "wrong" INTEGER NOT NULL,
    "used" INTEGER NOT NULL,
    "latest" INTEGER NOT NULL,
    PRIMARY KEY ("email_key")
) STRICT, WITHOUT ROWID;

CREATE INDEX "sign_in_latest" ON "sign_in" ("latest");

CREATE TABLE "invite" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "computer" BLOB NOT NULL,
    "guest" TEXT NOT NULL,
    "guest_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "sender" BLOB NOT NULL,
    "sender_email" TEXT NOT NULL,
    "starts" INTEGER NOT NULL,
    "ends" INTEGER NOT NULL,
    "time_zone" TEXT NOT NULL,
    "permissions" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "host_login" TEXT,
    "link" INTEGER NOT NULL,
    "used_at" INTEGER,
    "kept_out" INTEGER NOT NULL,
    "heralded" INTEGER NOT NULL,
    "warned" INTEGER NOT NULL,
    "credit" TEXT NOT NULL,
    "asked_at" INTEGER,
    "asked_minutes" INTEGER,
    "asked_note" TEXT,
    "mail" BLOB NOT NULL,
    "mail_state" TEXT NOT NULL,
    "mail_detail" TEXT,
    "mail_told" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "ended_at" INTEGER,
    "end_reason" TEXT,
    "due" INTEGER,
    "created_at" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "invite_live" ON "invite" ("team", "computer", "guest_key") WHERE "ended_at" IS NULL;
CREATE INDEX "invite_due" ON "invite" ("due") WHERE "due" IS NOT NULL;

CREATE TABLE "session" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "invite" BLOB NOT NULL,
    "computer" BLOB NOT NULL,
    "guest" TEXT NOT NULL,
    "ticket" BLOB,
    "taken_at" INTEGER,
    "permissions" INTEGER NOT NULL,
    "opened_at" INTEGER NOT NULL,
    "used_at" INTEGER,
    "closes_at" INTEGER,
    "origin" TEXT NOT NULL,
    "ended_at" INTEGER,
    "end_reason" TEXT,
    "bytes_in" INTEGER,
    "bytes_out" INTEGER,
    "refused_input" INTEGER,
    "due" INTEGER,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "session_id" ON "session" ("id");
CREATE INDEX "session_invite" ON "session" ("team", "invite", "id");
CREATE UNIQUE INDEX "session_live" ON "session" ("team", "computer", "invite") WHERE "ended_at" IS NULL;
CREATE INDEX "session_due" ON "session" ("due") WHERE "due" IS NOT NULL;

CREATE TABLE "mail" (
    "id" BLOB NOT NULL,
    "team" TEXT,
    "recipient" TEXT NOT NULL,
    "intent" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "made_at" INTEGER NOT NULL,
    "deadline" INTEGER NOT NULL,
    "next_at" INTEGER,
    "detail" TEXT,
    PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "mail_next" ON "mail" ("next_at") WHERE "next_at" IS NOT NULL;

CREATE TABLE "event" (
    "seq" INTEGER PRIMARY KEY AUTOINCREMENT,
    "team" TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "owner" BLOB,
    "invite" BLOB,
    "data" TEXT NOT NULL
) STRICT;

CREATE INDEX "event_team" ON "event" ("team", "seq");

CREATE TABLE "audit" (
    "seq" INTEGER PRIMARY KEY AUTOINCREMENT,
    "team" TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "origin" TEXT,
    "detail" TEXT NOT NULL
) STRICT;

CREATE INDEX "audit_team" ON "audit" ("team", "seq");

CREATE TABLE "idempotency" (
    "caller" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "fingerprint" BLOB NOT NULL,
    "at" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    PRIMARY KEY ("caller", "token")
) STRICT, WITHOUT ROWID;

CREATE INDEX "idempotency_at" ON "idempotency" ("at");
