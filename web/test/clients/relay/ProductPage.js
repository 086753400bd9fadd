import { graphql } from 'relay-runtime';

export const query = graphql`
  query ProductPageQuery($handle: String!) {
    product(handle: $handle) {
      id
      title
      ...ProductPage_price
    }
  }
`;

export const price = graphql`
  fragment ProductPage_price on Product {
    priceRange {
      min {
        amount
        currency
      }
    }
  }
`;
