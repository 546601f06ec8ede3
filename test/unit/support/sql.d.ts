/** The bundler gives migrations as text. */
declare module "*.sql" {
  const text: string;
  export default text;
}
