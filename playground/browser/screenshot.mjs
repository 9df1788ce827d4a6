// Takes the README's picture of the playground at the URL in GATEWAY into the file named by the
// first argument.
import { answerOf, launch, open, profile } from './page.mjs';

const browser = await launch();
const { page } = await open(await profile(browser, { viewport: { width: 1280, height: 760 } }), process.env.GATEWAY);
await page.locator('.graphiql-tab-button', { hasText: 'OneCertification' }).click();
await answerOf(page);
await page.getByRole('table').waitFor();
await page.mouse.move(0, 0);
await page.waitForTimeout(500); // until the tooltip of the button has gone
await page.screenshot({ path: process.argv[2] });
await browser.close();
