"""What we ask of the shop: the GraphQL documents, and nothing else. Values travel as variables only."""

_MONEY = "shopMoney { amount currencyCode }"

_ORDER = f"""
fragment OrderFields on Order {{
  id
  name
  email
  createdAt
  cancelledAt
  displayFinancialStatus
  displayFulfillmentStatus
  returnStatus
  totalPriceSet {{ {_MONEY} }}
  totalRefundedSet {{ {_MONEY} }}
  shippingAddress {{ name address1 address2 city provinceCode zip countryCodeV2 phone }}
  lineItems(first: $lines) {{
    nodes {{ id title variantTitle quantity refundableQuantity originalUnitPriceSet {{ {_MONEY} }} }}
  }}
  fulfillments(first: 10) {{
    createdAt inTransitAt estimatedDeliveryAt deliveredAt displayStatus
    trackingInfo(first: 1) {{ company number url }}
  }}
  transactions(first: 10) {{ kind status authorizationCode }}
  returns(first: 10) {{ nodes {{ id name status }} }}
}}
"""

SHOP = "query Shop { shop { name myshopifyDomain } }"

ORDER = f"""
query Order($query: String!, $lines: Int!) {{
  orders(first: 2, query: $query) {{ nodes {{ ...OrderFields }} }}
}}
{_ORDER}
"""

RETURNABLE = """
query Returnable($order: ID!) {
  returnableFulfillments(orderId: $order, first: 10) {
    nodes {
      returnableFulfillmentLineItems(first: 50) {
        nodes { quantity fulfillmentLineItem { id lineItem { id } } }
      }
    }
  }
}
"""

CUSTOMER = f"""
query Customer($query: String!, $lines: Int!) {{
  customers(first: 2, query: $query) {{
    nodes {{
      displayName
      defaultEmailAddress {{ emailAddress }}
      numberOfOrders
      amountSpent {{ amount currencyCode }}
      history: orders(first: 100) {{ nodes {{ returnStatus }} }}
      orders(first: 10, sortKey: CREATED_AT, reverse: true) {{ nodes {{ ...OrderFields }} }}
    }}
  }}
}}
{_ORDER}
"""

PRODUCTS = """
query Products($query: String!) {
  products(first: 10, query: $query) {
    nodes {
      id
      title
      onlineStoreUrl
      options { name values }
      priceRangeV2 { minVariantPrice { amount currencyCode } }
      variants(first: 50) { nodes { availableForSale } }
    }
  }
}
"""

TRACES = """
query Traces($query: String!, $mark: String!) {
  orders(first: 2, query: $query) {
    nodes {
      id
      name
      cancelledAt
      displayFulfillmentStatus
      cancellation { staffNote }
      shippingAddress { name address1 address2 city provinceCode zip countryCodeV2 phone }
      metafield(namespace: "deskhand", key: $mark) { value }
      returns(first: 20) {
        nodes { id name status returnLineItems(first: 20) { nodes { returnReasonNote } } }
      }
    }
  }
}
"""
"""An order, and what earlier attempts of ours may have left in it."""

CUSTOMER_TRACE = """
query CustomerTrace($query: String!, $mark: String!) {
  customers(first: 2, query: $query) {
    nodes {
      id
      defaultEmailAddress { emailAddress }
      defaultPhoneNumber { phoneNumber }
      metafield(namespace: "deskhand", key: $mark) { value }
    }
  }
}
"""

UPDATE_CUSTOMER = """
mutation UpdateCustomer($input: CustomerInput!) {
  customerUpdate(input: $input) { customer { id } userErrors { field message } }
}
"""

UPDATE = """
mutation Update($input: OrderInput!) {
  orderUpdate(input: $input) { order { id } userErrors { field message } }
}
"""

CANCEL = """
mutation Cancel($order: ID!, $reason: OrderCancelReason!, $note: String!) {
  orderCancel(
    orderId: $order
    reason: $reason
    refundMethod: { originalPaymentMethodsRefund: false }
    restock: true
    notifyCustomer: false
    staffNote: $note
  ) {
    job { id done }
    orderCancelUserErrors { field message code }
  }
}
"""
"""Without a refund: money goes back by an operation of its own, with its own limits and approval."""

OPEN_RETURN = """
mutation OpenReturn($return: ReturnInput!) {
  returnCreate(returnInput: $return) { return { id name status } userErrors { field message code } }
}
"""

CANCEL_RETURN = """
mutation CancelReturn($id: ID!) {
  returnCancel(id: $id) { return { id status } userErrors { field message code } }
}
"""
