// Sends so many mails of 6 KiB over so many pooled connections with nodemailer and prints how many milliseconds that took: PORT CONNECTIONS MAILS.
import { createTransport } from "nodemailer";

const [port, connections, mails] = process.argv.slice(2).map(Number);
const transport = createTransport({
  host: "127.0.0.1",
  port,
  ignoreTLS: true,
  pool: true,
  maxConnections: connections,
  maxMessages: Infinity,
});
const text = "I object to the processing of my personal data for the training of models.\n".repeat(76);
const start = performance.now();
let next = 0;
// A few more than there are connections wait, so that none is idle.
const sender = async () => {
  while (next < mails) {
    const number = next++;
    const sent = await transport.sendMail({
      from: { name: "Zoë Example", address: "case-abc@cases.example" },
      to: "privacy@example.com",
      subject: "Objection to the use of personal data (DM-7K2P-9WQX)",
      messageId: `<${number}@cases.example>`,
      text,
    });
    if (!sent.response.startsWith("250")) throw new Error(sent.response);
  }
};
await Promise.all(Array.from({ length: connections * 2 }, sender));
console.log(performance.now() - start);
transport.close();
