// @ts-check
/** The pages of a team: what scripts add to them. */

import * as arrival from "./team/arrival.js";
import * as dialog from "./team/dialog.js";
import * as inviting from "./team/inviting.js";
import * as live from "./team/live.js";
import * as times from "./team/times.js";
import * as waiting from "./team/waiting.js";
import * as uploading from "./team/uploading.js";
import * as zones from "./team/zones.js";

arrival.start();
dialog.start();
inviting.start();
live.start();
times.start();
waiting.start();
uploading.start();
zones.start();
