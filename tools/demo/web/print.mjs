import paint from '../paint.js';

/** Prints what a browser shows. @param {{ url: string, ticketOf: string, picture: string }} where */
export function printPage({ url, ticketOf, picture }, { heading, facts, exchange }) {
  console.log(`Firefox, with the ticket of ${ticketOf}, opened ${url}`);
  console.log(`It shows: ${paint('bold', heading)}\n`);
  for (const [name, text] of facts) {
    const [first, ...more] = text.split('\n');
    console.log(`  ${paint('gray', name.padEnd(20))} ${first}`);
    for (const line of more) console.log(`  ${' '.repeat(20)} ${line}`);
  }
  console.log(`\n${paint('bold', 'What was said on this connection')}`);
  for (const step of exchange) {
    const [by, ...message] = step.split('\n');
    console.log(`  ${paint('gray', by.padEnd(8))} ${message.join(' ')}`);
  }
  console.log(`\nThe picture is in ${picture}.`);
}
