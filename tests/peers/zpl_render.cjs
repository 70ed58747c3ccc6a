// Draws ZPL from standard input with zpl-renderer-js: one PNG, base64, a line for each label.
// Arguments: the package's folder, width and height in millimetres, dots to the millimetre.
const fs = require("node:fs");
const [folder, width, height, dots] = process.argv.slice(2);
const { ready } = require(folder);

ready
  .then(({ api }) =>
    api.zplToBase64MultipleAsync(fs.readFileSync(0, "utf8"), Number(width), Number(height), Number(dots)),
  )
  .then((labels) => {
    for (const label of labels) console.log(label);
    process.exit(0);
  })
  .catch((error) => {
    console.error(String(error));
    process.exit(1);
  });
