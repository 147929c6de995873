/**
 * Dialogs that nobody needs before the first message: fetched when the first of them is asked for.
 * @module
 */
import './elements/enter-room.ts'
import './elements/export-dialog.ts'
import './elements/keys-dialog.ts'
import './elements/room-dialogs.ts'
import './elements/search-dialog.ts'
import './elements/settings-dialog.ts'
import './elements/verify-dialog.ts'
