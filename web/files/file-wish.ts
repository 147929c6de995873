/** What the person wants with files in one conversation. */
export type FileWish =
  /** `folders`: how many folders were among what was dropped; they cannot be sent. */
  | { readonly wish: 'send'; readonly files: readonly File[]; readonly folders: number }
  | {
      readonly wish: 'accept' | 'cancel' | 'approve' | 'resume' | 'save' | 'show' | 'remove'
      readonly id: string
    }
