/** What the bundler adds to modules: `import.meta.env`, and style sheets as text by `?inline`. */
/// <reference types="vite/client" />
