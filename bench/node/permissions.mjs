// What a person may do: ticked in the settings that apply, not denied, and so is what it requires.

const REQUIRES = {
  CREATE_MULTI_ORDERS: "CREATE_ORDERS",
  USE_ORDER_TEMPLATES: "CREATE_ORDERS",
  VIEW_PROOF_OF_DELIVERY: "TRACK_SHIPMENTS",
};
const MENU = {
  CREATE_ORDER: "CREATE_ORDERS",
  ORDERS: null,
  ADDRESSES: "CHANGE_ADDRESSES",
  TRACKING: "TRACK_SHIPMENTS",
  INVOICES: "VIEW_INVOICES",
  SETTINGS: "CHANGE_ORDER_DEFAULTS",
};

function effective(ticked, denied) {
  const allowed = new Set(ticked);
  for (const name of denied) allowed.delete(name);
  return new Set([...allowed].filter((name) => !(name in REQUIRES) || allowed.has(REQUIRES[name])));
}

export function menu(ticked, denied) {
  const granted = effective(ticked, denied);
  return Object.keys(MENU).filter((item) => MENU[item] === null || granted.has(MENU[item]));
}
