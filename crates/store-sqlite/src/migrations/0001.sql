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

CREATE TABLE "join_request" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "identity" TEXT NOT NULL,
    "submitted_at" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "ended_at" INTEGER,
    "user_id" BLOB,
    "replaced_by" BLOB,
    "vouched" TEXT NOT NULL,
    "device" TEXT,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "join_request_waiting" ON "join_request" ("team", "submitted_at") WHERE "ended_at" IS NULL;
CREATE INDEX "join_request_identity" ON "join_request" ("team", "identity", "submitted_at");

CREATE TABLE "member_invite" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "invited_by" BLOB NOT NULL,
    "state" TEXT NOT NULL,
    "ended_at" INTEGER,
    "user_id" BLOB,
    "by_strikes" INTEGER NOT NULL,
    "opening" BLOB,
    "waiting_since" INTEGER,
    "heard_at" INTEGER,
    "strikes" INTEGER NOT NULL,
    "mail" BLOB NOT NULL,
    "mail_state" TEXT NOT NULL,
    "mail_detail" TEXT,
    "mail_told" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "due" INTEGER,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "member_invite_pending" ON "member_invite" ("team", "email_key") WHERE "ended_at" IS NULL;
CREATE INDEX "member_invite_waiting" ON "member_invite" ("team", "waiting_since") WHERE "waiting_since" IS NOT NULL;
CREATE INDEX "member_invite_due" ON "member_invite" ("due") WHERE "due" IS NOT NULL;

CREATE TABLE "greeting" (
    "team" TEXT NOT NULL,
    "invitation" BLOB NOT NULL,
    "host" BLOB NOT NULL,
    "id" BLOB NOT NULL,
    "host_opening" BLOB NOT NULL,
    "guest_opening" BLOB NOT NULL,
    "said" TEXT NOT NULL,
    "heard_at" INTEGER NOT NULL,
    "end_reason" TEXT,
    "due" INTEGER,
    PRIMARY KEY ("team", "invitation", "host")
) STRICT, WITHOUT ROWID;

CREATE INDEX "greeting_due" ON "greeting" ("due") WHERE "due" IS NOT NULL;

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

CREATE TABLE "device" (
    "id" BLOB NOT NULL,
    "team" TEXT NOT NULL,
    "user_id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "public_key" BLOB NOT NULL,
    "enrolled_at" INTEGER NOT NULL,
    "last_used_at" INTEGER,
    PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "device_user" ON "device" ("team", "user_id", "id");

CREATE TABLE "user_identity" (
    "team" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "user_id" BLOB NOT NULL,
    "at" INTEGER NOT NULL,
    PRIMARY KEY ("team", "issuer", "subject")
) STRICT, WITHOUT ROWID;

CREATE INDEX "user_identity_user" ON "user_identity" ("team", "user_id");

CREATE TABLE "device_link" (
    "hash" BLOB NOT NULL,
    "team" TEXT NOT NULL,
    "user_id" BLOB NOT NULL,
    "made_at" INTEGER NOT NULL,
    PRIMARY KEY ("hash")
) STRICT, WITHOUT ROWID;

CREATE INDEX "device_link_made" ON "device_link" ("made_at");

CREATE TABLE "spent_challenge" (
    "nonce" BLOB NOT NULL,
    "at" INTEGER NOT NULL,
    PRIMARY KEY ("nonce")
) STRICT, WITHOUT ROWID;

CREATE INDEX "spent_challenge_at" ON "spent_challenge" ("at");

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
    "email_key" TEXT NOT NULL,
    "since" INTEGER NOT NULL,
    "proof" TEXT NOT NULL,
    "team" TEXT,
    "device" BLOB,
    PRIMARY KEY ("hash")
) STRICT, WITHOUT ROWID;

CREATE INDEX "login_since" ON "login" ("since");
CREATE INDEX "login_email" ON "login" ("email_key");

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

CREATE TABLE "workspace" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "workspace_member" (
    "team" TEXT NOT NULL,
    "workspace" BLOB NOT NULL,
    "member" BLOB NOT NULL,
    "role" TEXT NOT NULL,
    PRIMARY KEY ("team", "workspace", "member")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "workspace_of" ON "workspace_member" ("team", "member", "workspace");

CREATE TABLE "workspace_computer" (
    "team" TEXT NOT NULL,
    "workspace" BLOB NOT NULL,
    "computer" BLOB NOT NULL,
    PRIMARY KEY ("team", "workspace", "computer")
) STRICT, WITHOUT ROWID;

CREATE TABLE "shared_file" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "workspace" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "latest" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "shared_file_name" ON "shared_file" ("team", "workspace", "name_key");

CREATE TABLE "file_version" (
    "team" TEXT NOT NULL,
    "file" BLOB NOT NULL,
    "number" INTEGER NOT NULL,
    "content" BLOB NOT NULL,
    "hash" BLOB NOT NULL,
    "size" INTEGER NOT NULL,
    "author" BLOB NOT NULL,
    "at" INTEGER NOT NULL,
    PRIMARY KEY ("team", "file", "number")
) STRICT, WITHOUT ROWID;

CREATE TABLE "content_part" (
    "team" TEXT NOT NULL,
    "content" BLOB NOT NULL,
    "position" INTEGER NOT NULL,
    "blob" BLOB NOT NULL,
    "hash" BLOB NOT NULL,
    "size" INTEGER NOT NULL,
    PRIMARY KEY ("team", "content", "position")
) STRICT, WITHOUT ROWID;

CREATE TABLE "blob" (
    "team" TEXT NOT NULL,
    "hash" BLOB NOT NULL,
    "id" BLOB NOT NULL,
    "size" INTEGER NOT NULL,
    "refs" INTEGER NOT NULL,
    PRIMARY KEY ("team", "hash")
) STRICT, WITHOUT ROWID;

CREATE TABLE "loose_blob" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "hash" BLOB NOT NULL,
    "due" INTEGER NOT NULL,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "loose_blob_due" ON "loose_blob" ("due");

CREATE TABLE "team_storage" (
    "team" TEXT NOT NULL,
    "used" INTEGER NOT NULL,
    PRIMARY KEY ("team")
) STRICT, WITHOUT ROWID;

CREATE TABLE "upload" (
    "team" TEXT NOT NULL,
    "id" BLOB NOT NULL,
    "workspace" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "size" INTEGER,
    "expected" BLOB,
    "author" BLOB NOT NULL,
    "received" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "touched_at" INTEGER NOT NULL,
    "file" BLOB,
    "version" INTEGER,
    PRIMARY KEY ("team", "id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "upload_in" ON "upload" ("team", "workspace", "id");
CREATE INDEX "upload_touched" ON "upload" ("touched_at");

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
    "reminded_at" INTEGER,
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
CREATE INDEX "invite_ended" ON "invite" ("team", "computer", "starts") WHERE "ended_at" IS NOT NULL;
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
    "workspace" BLOB,
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
