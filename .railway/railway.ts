// Railway's services, for its command line: `railway config plan` shows what would change, `railway config apply` does
// it. Builds never read this file. Source repository, cron and domains are set in the dashboard (see docs/runbook.md,
// "On Railway"); `preserve()` keeps the secrets that are set there.
// railway.json and railway.toml are not used: new services cannot, and old ones only until 2026-12-01.
import { defineRailway, preserve, project, service } from "railway/iac";

export default defineRailway(() => {
  const backend = service("backend", {
    start: "python -m leadledger serve --host 0.0.0.0",
    healthcheck: "/readyz",
    healthcheckTimeout: 120,
    env: {
      API_DATABASE_URL: preserve(),
      ARCHIVE_URL: preserve(),
      BACKEND_URL: preserve(),
      FRONTEND_URL: preserve(),
      SUPABASE_URL: preserve(),
      SUPABASE_ANON_KEY: preserve(),
    },
  });

  // A cron service must end, and while it runs Railway skips the next start: so it is given hours, and then ended.
  const etlScraper = service("etl-scraper", {
    start: "timeout --signal=TERM 6h python -m permit_leads",
    env: {
      DATABASE_URL: preserve(),
      ARCHIVE_URL: preserve(),
      PERMIT_LEADS_CONTACT: preserve(),
      SOCRATA_APP_TOKEN: preserve(),
    },
  });

  return project("leadledgerpro", { resources: [backend, etlScraper] });
});
