import 'server-only'

export interface Config {
  backendUrl: string
  supabaseUrl: string
  supabaseAnonKey: string
}

function read(name: string): string | undefined {
  return process.env[name]?.trim() || undefined
}

/**
 * Addresses and the publishable key, read from the environment at each request: one build serves any deployment.
 * SUPABASE_URL falls back to BACKEND_URL, where the embedded identity provider answers.
 */
export function readConfig(): Config {
  const backendUrl = read('BACKEND_URL')
  const supabaseAnonKey = read('SUPABASE_ANON_KEY')
  if (!backendUrl || !supabaseAnonKey) {
    const missing = [!backendUrl && 'BACKEND_URL', !supabaseAnonKey && 'SUPABASE_ANON_KEY'].filter(Boolean)
    throw new Error(`Not set in the environment: ${missing.join(', ')}. See .env.example.`)
  }
  return { backendUrl, supabaseUrl: read('SUPABASE_URL') ?? backendUrl, supabaseAnonKey }
}
