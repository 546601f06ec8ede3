/** Found in the data of one event in two thousand. */
export const RARE_TEXT = "peacock feather";

export const FIRST_NAMES = ["Amara", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hiroshi", "Ingrid", "Joana", "Kwame", "Leila"];
export const LAST_NAMES = [
  "Abebe",
  "Bianchi",
  "Castro",
  "Dubois",
  "Eriksen",
  "Fischer",
  "García",
  "Hughes",
  "Ito",
  "Jansen",
  "Kowalski",
  "O’Neill",
];
export const STREETS = [
  "Hafenstraße",
  "Rue des Lilas",
  "Via Garibaldi",
  "Mill Lane",
  "Calle Mayor",
  "Keizersgracht",
  "Storgatan",
  "Ulica Długa",
];

export const CITIES = [
  { city: "Hamburg", country: "DE", zip: "20457", currency: "EUR" },
  { city: "Lyon", country: "FR", zip: "69003", currency: "EUR" },
  { city: "Torino", country: "IT", zip: "10121", currency: "EUR" },
  { city: "Bristol", country: "GB", zip: "BS1 4DJ", currency: "GBP" },
  { city: "Valencia", country: "ES", zip: "46001", currency: "EUR" },
  { city: "Utrecht", country: "NL", zip: "3511 AX", currency: "EUR" },
  { city: "Malmö", country: "SE", zip: "211 20", currency: "SEK" },
  { city: "Gdańsk", country: "PL", zip: "80-831", currency: "PLN" },
] as const;

export const PRODUCTS = [
  { sku: "LAMP-204", name: "Desk lamp, brass", price: 79 },
  { sku: "CHAIR-11", name: "Folding chair, beech", price: 48.5 },
  { sku: "MUG-7", name: "Mug, stoneware", price: 12.9 },
  { sku: "RUG-88", name: "Wool rug 80 × 150", price: 74.95 },
  { sku: "FRAME-3", name: "Picture frame A3", price: 24 },
  { sku: "VASE-40", name: "Glass vase, green", price: 36.2 },
  { sku: "SHELF-19", name: "Wall shelf, oak", price: 59.9 },
  { sku: "CANDLE-6", name: "Beeswax candles, six", price: 18 },
] as const;

/** Any of them makes an order a large one. */
export const LARGE_PRODUCTS = [
  { sku: "SOFA-2", name: "Sofa, two seats, linen", price: 1_290 },
  { sku: "TABLE-9", name: "Dining table, walnut", price: 1_480 },
  { sku: "OVEN-60", name: "Built-in oven 60 cm", price: 1_049 },
] as const;

export const CARRIERS = ["PostNord", "DHL", "Correos", "Royal Mail", "GLS"];
export const OPERATORS = ["ada", "grace", "linus"];
