import { build, type Rolldown } from 'vite'

/** The script of a page that runs the tasks, built as the app's worker is. */
export async function builtPage(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: { input: `${import.meta.dirname}/page.ts` },
    },
  })) as Rolldown.RolldownOutput
  return built.output[0].code
}
