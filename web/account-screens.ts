/**
 * Everything about several accounts in one window: fetched once somebody is signed in.
 * @module
 */
import './elements/account-bar.ts'
import './elements/account-menu.ts'
import './elements/account-news.ts'
import './elements/other-call.ts'

export { SottoSignOutDialog } from './elements/sign-out-dialog.ts'
