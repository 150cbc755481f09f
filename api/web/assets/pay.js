// The payment provider's element: what is typed there goes to the provider alone.
"use strict";
const form = document.getElementById("pay");
const { key, secret, back } = form.dataset;
const stripe = Stripe(key);
const elements = stripe.elements({ clientSecret: secret });
elements.create("payment").mount("#element");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  const confirm = secret.startsWith("seti_") ? "confirmSetup" : "confirmPayment";
  try {
    const { error } = await stripe[confirm]({ elements, confirmParams: { return_url: back } });
    document.getElementById("refused").textContent = error.message;
  } finally {
    button.disabled = false;
  }
});
